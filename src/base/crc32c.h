/* CRC-32C (Castagnoli), the checksum of iSCSI: RFC 3720, appendix B.4. Tells damage, not malice. */
#ifndef FORKCHAT_BASE_CRC32C_H
#define FORKCHAT_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* The checksum of some bytes; or, with that of the bytes before them (0: none), of all. Does not block. */
uint32_t crc32c(uint32_t before, const void *bytes, size_t length);

#endif
