/* Counts the AArch64 instructions that a program executes in QEMU, by class, between marks.
 *
 * A mark is the system call getppid: it changes nothing, and no engine makes it. At the end the file named by
 * `output=` gets one line a mark: the instructions since the mark before, classes in the order of instruction_class.h,
 * and last the number of system calls that other threads made meanwhile. Counts are exact for one thread; a thread
 * that works beside it, and is no endless loop, makes system calls.
 *
 * For version 1 of QEMU's plugin interface, which QEMU 6.0 to 8.2 have; others refuse to load it. The declarations are
 * the few that are used, written down here since Debian's QEMU comes without its header. */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "instruction_class.h"

#define EXPORTED __attribute__((visibility("default")))
#define GETPPID 173 /* Linux, asm-generic/unistd.h */

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t;
enum qemu_plugin_op { ADD_U64 };

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, void (*callback)(uint64_t id, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_syscall_cb(uint64_t id, void (*callback)(uint64_t id, unsigned int vcpu, int64_t number,
                                                                       uint64_t, uint64_t, uint64_t, uint64_t,
                                                                       uint64_t, uint64_t, uint64_t, uint64_t));
void qemu_plugin_register_atexit_cb(uint64_t id, void (*callback)(uint64_t id, void *), void *);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);

const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *, enum qemu_plugin_op, void *, uint64_t);

EXPORTED int qemu_plugin_version = 1;

static uint64_t counts[CLASSES];
static const char *output;
static uint64_t foreign_calls; /* by threads other than the first */
static uint64_t (*marks)[CLASSES + 1]; /* from the beginning up to each mark, foreign_calls last */
static size_t marked, room;

static void translate(uint64_t id, struct qemu_plugin_tb *block)
{
    (void)id;
    for (size_t number = 0; number < qemu_plugin_tb_n_insns(block); number++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, number);
        uint32_t word;
        memcpy(&word, qemu_plugin_insn_data(instruction), sizeof word);
        qemu_plugin_register_vcpu_insn_exec_inline(instruction, ADD_U64, &counts[class_of(word)], 1);
    }
}

static void see_call(uint64_t id, unsigned int vcpu, int64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                     uint64_t e, uint64_t f, uint64_t g, uint64_t h)
{
    (void)id, (void)a, (void)b, (void)c, (void)d, (void)e, (void)f, (void)g, (void)h;
    if (vcpu != 0) {
        foreign_calls++;
        return;
    }
    if (number != GETPPID)
        return;
    if (marked == room) {
        room = room ? 2 * room : 64;
        marks = realloc(marks, room * sizeof *marks);
        if (!marks)
            abort();
    }
    memcpy(marks[marked], counts, sizeof counts);
    marks[marked++][CLASSES] = foreign_calls;
}

static void write_counts(uint64_t id, void *unused)
{
    FILE *file = fopen(output, "w");

    (void)id, (void)unused;
    if (!file) {
        fprintf(stderr, "instruction counter: %s: %s\n", output, strerror(errno));
        return;
    }
    for (size_t mark = 0; mark < marked; mark++)
        for (int column = 0; column <= CLASSES; column++)
            fprintf(file, "%" PRIu64 "%c", marks[mark][column] - (mark ? marks[mark - 1][column] : 0),
                    column == CLASSES ? '\n' : ' ');
    fclose(file);
}

EXPORTED int qemu_plugin_install(uint64_t id, const struct qemu_info_t *about, int argc, char **argv)
{
    (void)about;
    for (int number = 0; number < argc; number++)
        if (!strncmp(argv[number], "output=", 7))
            output = argv[number] + 7;
    if (!output)
        return -1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
    qemu_plugin_register_vcpu_syscall_cb(id, see_call);
    qemu_plugin_register_atexit_cb(id, write_counts, NULL);
    return 0;
}
