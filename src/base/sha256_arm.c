/* SHA-256 with the cryptography extension of ARMv8 (Arm ARM, A2.3). Runs wherever sha256.c does. Where the compiler
 * makes code for something else there is only the answer that it cannot be done. */
#include "sha256_take.h"

#include <stddef.h>

#include "port_have.h"

#if HAVE_SHA256_ARM

#include <arm_neon.h>

#include "port.h"

/* Rounds 4N to 4N+3, of whose four words of the schedule `a` holds this one's, then those that follow; `a` becomes the
 * one after `d`. */
#define FOUR_ROUNDS(n, a, b, c, d)                                                                                     \
    do {                                                                                                               \
        uint32x4_t sum = vaddq_u32(a, vld1q_u32(constants + 4 * (n))), before = abcd;                                  \
        abcd = vsha256hq_u32(abcd, efgh, sum);                                                                         \
        efgh = vsha256h2q_u32(efgh, before, sum);                                                                      \
        if ((n) < 12)                                                                                                  \
            a = vsha256su1q_u32(vsha256su0q_u32(a, b), c, d);                                                          \
    } while (0)

#define SIXTEEN_ROUNDS(n)                                                                                              \
    FOUR_ROUNDS(n, a, b, c, d);                                                                                        \
    FOUR_ROUNDS((n) + 1, b, c, d, a);                                                                                  \
    FOUR_ROUNDS((n) + 2, c, d, a, b);                                                                                  \
    FOUR_ROUNDS((n) + 3, d, a, b, c)

TARGET_SHA256_ARM static void take(uint32_t state[8], const unsigned char *bytes, size_t count,
                                   const uint32_t constants[64])
{
    uint32x4_t abcd = vld1q_u32(state), efgh = vld1q_u32(state + 4);
    for (; count > 0; count--, bytes += 64) {
        uint32x4_t abcd_before = abcd, efgh_before = efgh;
        uint32x4_t a = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(bytes)));
        uint32x4_t b = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(bytes + 16)));
        uint32x4_t c = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(bytes + 32)));
        uint32x4_t d = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(bytes + 48)));
        SIXTEEN_ROUNDS(0);
        SIXTEEN_ROUNDS(4);
        SIXTEEN_ROUNDS(8);
        SIXTEEN_ROUNDS(12);
        abcd = vaddq_u32(abcd, abcd_before);
        efgh = vaddq_u32(efgh, efgh_before);
    }
    vst1q_u32(state, abcd);
    vst1q_u32(state + 4, efgh);
}

sha256_take *sha256_arm_take(void)
{
    return port_has_sha256() ? take : NULL;
}

#else

sha256_take *sha256_arm_take(void)
{
    return NULL;
}

#endif
