/* The class of an AArch64 instruction, by its 32 bits: Arm Architecture Reference Manual, C4.1, the top-level
 * encoding (bits 28:25), and below it the groups that matter to a neural network. */
#include <stdint.h>

enum instruction_class { LOAD, STORE, BRANCH, SIMD_FLOAT, DOT_PRODUCT, INTEGER, OTHER, CLASSES };

static enum instruction_class load_or_store(uint32_t word)
{
    int opc = word >> 22 & 3;
    int simd = word >> 26 & 1;

    if ((word & 0x3b000000) == 0x18000000) /* relative to the program counter: loads only */
        return LOAD;
    if ((word & 0x3a000000) == 0x38000000 && !simd) /* one register: 0 stores, 1 loads, 2 and 3 load with sign */
        return opc ? LOAD : STORE;
    return opc & 1 ? LOAD : STORE; /* SIMD registers, pairs, structures, exclusives: bit 22 says it */
}

static int is_dot_product(uint32_t word) /* SDOT and UDOT, FEAT_DotProd */
{
    return (word & 0x9fe0fc00) == 0x0e809400     /* vector */
           || (word & 0x9fc0f400) == 0x0f80e000; /* by element */
}

static enum instruction_class class_of(uint32_t word)
{
    uint32_t group = word >> 25 & 15;

    if ((group & 5) == 4)
        return load_or_store(word);
    if ((group & 14) == 10) /* branches, exceptions, system instructions */
        return BRANCH;
    if ((group & 7) == 7) /* scalar floating point, and SIMD of integers and floats */
        return is_dot_product(word) ? DOT_PRODUCT : SIMD_FLOAT;
    if ((group & 14) == 8 || (group & 7) == 5) /* with an immediate value, with registers */
        return INTEGER;
    return OTHER;
}
