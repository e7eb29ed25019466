#!/bin/sh
# Let a new model out only if it is right, and neither slower nor less accurate than the one before.
#
# Install:  pip install 'edgesmith[litert,onnx,bench]'
# Run:      sh release_gate.sh deploy/flowers flowers/test bench-released
#
# DEPLOY is what `edgesmith convert` wrote, DATA has labelled photos that no model has seen, RELEASED is the benchmark
# of the model that is out now (or is made from this one, the first time). Both must be measured on one machine.
#
# Exit codes:  0 release it   1 not judged: an error, or a machine that was not quiet   3 do not release it
set -eu
deploy=$1 data=$2 released=$3
candidate=$released-candidate

gate() { # the command's own exit code, with a word of what it means
    code=0
    "$@" || code=$?
    case $code in
        0) return 0 ;;
        3) echo "gate: not released: $1 $2 found it wanting" >&2 ;;
        *) echo "gate: not judged: $1 $2 ended with exit code $code" >&2 ;;
    esac
    exit "$code"
}

# The golden answers first: a damaged file is not worth measuring.
set --
for file in "$deploy"/*.tflite "$deploy"/*.onnx; do
    [ ! -e "$file" ] || set -- "$@" "$file"
done
gate edgesmith verify "$@"

rm -rf "$candidate"
# Five processes a file: that is what `compare` needs to tell slower from noise.
gate edgesmith bench "$deploy" --data "$data" --processes 5 -o "$candidate"

if [ -e "$released" ]; then
    gate edgesmith compare "$released" "$candidate" --max-slowdown 5% --max-drop 0.5
    rm -rf "$released"
fi
mv "$candidate" "$released"
echo "gate: released; $released/report.html has the numbers"
