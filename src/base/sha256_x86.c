/* SHA-256 with the SHA extensions of x86 processors (Intel SDM volume 1, 12.1). Runs wherever sha256.c does. Where the
 * compiler makes code for something else there is only the answer that it cannot be done. */
#include "sha256_take.h"

#include <stddef.h>

#include "port_have.h"

#if HAVE_SHA256_X86

#include <immintrin.h>

#include "port.h"

/* Rounds 4N to 4N+3, of whose four words of the schedule `a` holds this one's, then those that follow; `a` becomes the
 * one after `d`. */
#define FOUR_ROUNDS(n, a, b, c, d)                                                                                     \
    do {                                                                                                               \
        __m128i sum = _mm_add_epi32(a, _mm_loadu_si128((const __m128i *)(const void *)(constants + 4 * (n))));         \
        cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);                                                                 \
        abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));                                        \
        if ((n) < 12)                                                                                                  \
            a = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(a, b), _mm_alignr_epi8(d, c, 4)), d);          \
    } while (0)

#define SIXTEEN_ROUNDS(n)                                                                                              \
    FOUR_ROUNDS(n, a, b, c, d);                                                                                        \
    FOUR_ROUNDS((n) + 1, b, c, d, a);                                                                                  \
    FOUR_ROUNDS((n) + 2, c, d, a, b);                                                                                  \
    FOUR_ROUNDS((n) + 3, d, a, b, c)

__attribute__((target("sha,sse4.1"))) static void take(uint32_t state[8], const unsigned char *bytes, size_t count,
                                                       const uint32_t constants[64])
{
    const __m128i big_end = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i *first = (__m128i *)(void *)state, *second = first + 1;
    /* The instructions want the state as ABEF and CDGH, the first letter on top. */
    __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128(first), 0xb1);
    __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128(second), 0x1b);
    __m128i abef = _mm_alignr_epi8(cdab, efgh, 8), cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
    for (; count > 0; count--, bytes += 64) {
        const __m128i *block = (const __m128i *)(const void *)bytes;
        __m128i abef_before = abef, cdgh_before = cdgh;
        __m128i a = _mm_shuffle_epi8(_mm_loadu_si128(block), big_end);
        __m128i b = _mm_shuffle_epi8(_mm_loadu_si128(block + 1), big_end);
        __m128i c = _mm_shuffle_epi8(_mm_loadu_si128(block + 2), big_end);
        __m128i d = _mm_shuffle_epi8(_mm_loadu_si128(block + 3), big_end);
        SIXTEEN_ROUNDS(0);
        SIXTEEN_ROUNDS(4);
        SIXTEEN_ROUNDS(8);
        SIXTEEN_ROUNDS(12);
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    __m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);
    _mm_storeu_si128(first, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128(second, _mm_alignr_epi8(dchg, feba, 8));
}

sha256_take *sha256_x86_take(void)
{
    return port_has_sha256() ? take : NULL;
}

#else

sha256_take *sha256_x86_take(void)
{
    return NULL;
}

#endif
