"""What a phone's shell answers: programs of a stand-in, with words as real ones say them."""

import sys

from tests.benchmarks.devices.adbd import Phone

TERMUX_PYTHON = "/data/data/com.termux/files/usr/bin/python3"

PROPERTIES = {
    "ro.product.manufacturer": "Google",
    "ro.product.model": "Pixel 8",
    "ro.build.version.release": "15",
    "ro.build.version.sdk": "35",
    "ro.product.cpu.abi": "arm64-v8a",
    "ro.soc.model": "Tensor G3",
}
# As Android 10 and later print it. What is cached is hotter, and must not be read.
THERMAL = """IsStatusOverride: false
ThermalEventListeners:
	callbacks: 2
Thermal Status: 0
Cached temperatures:
	Temperature{mValue=88.0, mType=0, mName=BIG, mStatus=0}
HAL Ready: true
HAL connection:
	ThermalHAL 2.0 connected: yes
Current temperatures from HAL:
	Temperature{mValue=31.4, mType=3, mName=VIRTUAL-SKIN, mStatus=0}
	Temperature{mValue=47.26, mType=0, mName=BIG, mStatus=0}
	Temperature{mValue=44.0, mType=0, mName=LITTLE, mStatus=0}
	Temperature{mValue=0.0, mType=2, mName=battery, mStatus=0}
Current cooling devices from HAL:
	CoolingDevice{mValue=99, mType=2, mName=thermal-cpufreq-0}
"""
BATTERY = """Current Battery Service state:
  AC powered: false
  USB powered: true
  Wireless powered: false
  Max charging current: 500000
  status: 2
  level: 83
  scale: 100
  voltage: 4201
  temperature: 296
"""
# tensorflow/lite/tools/benchmark/benchmark_model.cc; the numbers are made up.
TOOL_SAYS = """STARTING!
Log parameter values verbosely: [0]
Graph: [model.tflite]
Loaded model model.tflite
The input model file size (MB): 1.41812
Initialized session in 17.851ms.
Running benchmark for at least 1 iterations and at least 0.5 seconds but terminate if exceeding 150 seconds.
count=478 first=2104 curr=1017 min=1012 max=2104 avg=1041.15 std=63

Running benchmark for at least 50 iterations and at least 1 seconds but terminate if exceeding 150 seconds.
count=1000 first=1040 curr=1018 min=1012 max=1190 avg=1039.66 std=22

Inference timings in us: Init: 17851, First inference: 2104, Warmup (avg): 1041.15, Inference (avg): 1039.66
Note: as the benchmark tool itself affects memory footprint, the following is only APPROXIMATE to the actual \
memory footprint of the model at runtime. Take the information at your discretion.
Memory footprint delta from the start of the tool (MB): init=4.21094 overall=46.0859
"""
PROFILE = """Profiling Info for Benchmark Initialization:
============================== Run Order ==============================
node type, first, avg_ms, %, cdf%, mem KB, times called, name
AllocateTensors, 1.356, 1.356, 100%, 100%, 0, 1, AllocateTensors/0

Operator-wise Profiling Info for Regular Benchmark Runs:
============================== Run Order ==============================
node type, first, avg_ms, %, cdf%, mem KB, times called, name
CONV_2D, 0.3, 0.25, 71.4%, 71.4%, 0, 1, [conv\\tbias]:0
SOFTMAX, 0.1, 0.1, 28.6%, 100%, 0, 1, [probabilities]:1

============================== Top by Computation Time ==============================
node type, first, avg_ms, %, cdf%, mem KB, times called, name
CONV_2D, 0.3, 0.25, 71.4%, 71.4%, 0, 1, [conv\\tbias]:0
"""


def equip(phone: Phone, **properties: str) -> None:
    """Give it what every Android has. `properties`: in place of those above, with `_` for each dot."""
    changed = {name.replace("_", "."): value for name, value in properties.items()}
    cases = "\n".join(f"{name}) echo '{value}';;" for name, value in (PROPERTIES | changed).items())
    phone.install("/system/bin/getprop", f"case $1 in\n{cases}\nesac")
    say(phone, thermal=THERMAL)
    phone.install("/system/bin/run-as", 'echo "run-as: unknown package: $1" >&2; exit 1')
    (phone.root / "data/local/tmp").mkdir(parents=True, exist_ok=True)


def say(phone: Phone, *, thermal: str, battery: str = BATTERY) -> None:
    """What `dumpsys` says from now on."""
    for name, text in (("thermalservice", thermal), ("battery", battery)):
        (phone.root / name).write_text(text)
    phone.install("/system/bin/dumpsys", f'cat {phone.root}/"$1"')


def install_termux(phone: Phone, *, debuggable: bool, python: str = sys.executable) -> None:
    """Termux, whose files only itself may use; as a debuggable app it lets `run-as` become it."""
    refusal = "" if debuggable else 'echo "run-as: package not debuggable: $1" >&2; exit 1'
    phone.install("/system/bin/run-as", f'{refusal}\nshift; IS_TERMUX=1 exec "$@"')
    phone.install(
        TERMUX_PYTHON,
        f'[ "$IS_TERMUX" ] || {{ echo "sh: {TERMUX_PYTHON}: Permission denied" >&2; exit 126; }}\n'
        f'exec {python} "$@"',
    )


def install_tool(phone: Phone, says: str = TOOL_SAYS, *, then: str = "") -> None:
    """`benchmark_model`, which remembers its words in `calls` of the phone's folder. `then`: what it does after."""
    (phone.root / "says").write_text(says)
    (phone.root / "profile").write_text(PROFILE)
    phone.install(
        "/data/local/tmp/benchmark_model",
        f"""echo "$@" >> {phone.root}/calls
for word in "$@"; do case $word in --profiling_output_csv_file=*)
cp {phone.root}/profile "${{word#*=}}";; esac; done
cat {phone.root}/says
{then}""",
    )
