// Checksums, gzip streams and image decoding as plain functions. Functions that can fail return 0
// on success, otherwise fill `message` (at most CODECS_MESSAGE bytes, NUL ended). None aborts.
#pragma once
#include <stddef.h>
#include <stdint.h>

#define CODECS_MESSAGE 256

#ifdef __cplusplus
extern "C" {
#endif

/// CRC-32 (zlib's polynomial) of `count` more bytes after those that gave `crc` (0 at first).
uint32_t codecs_crc32(uint32_t crc, const void *bytes, size_t count);

/// SHA-256 in parts. `codecs_sha256_new` returns NULL when memory is short.
typedef struct codecs_sha256 codecs_sha256;
codecs_sha256 *codecs_sha256_new(void);
int codecs_sha256_update(codecs_sha256 *state, const void *bytes, size_t count);
int codecs_sha256_finish(const codecs_sha256 *state, uint8_t digest[32]);
void codecs_sha256_free(codecs_sha256 *state);

/// A file that is read as it is or, when it is a gzip file, inflated.
typedef struct codecs_gzip codecs_gzip;
int codecs_gzip_open(const char *path, codecs_gzip **reader, char *message);
/// Reads up to `count` bytes; `*got` is smaller only at the end. A damaged or cut gzip file fails.
int codecs_gzip_read(codecs_gzip *reader, void *bytes, size_t count, size_t *got, char *message);
void codecs_gzip_close(codecs_gzip *reader);

/// Expands `count` bytes of the LZF format into exactly `room` bytes. -1 when they are not that.
int codecs_lzf_expand(const void *packed, size_t count, void *bytes, size_t room);

/// A zip archive, and the entry of it that is being read.
typedef struct codecs_zip codecs_zip;
int codecs_zip_open(const char *path, codecs_zip **archive, char *message);
int64_t codecs_zip_count(codecs_zip *archive);
/// The name of an entry, NULL when there is none; valid as long as the archive is open.
const char *codecs_zip_name(codecs_zip *archive, int64_t index);
/// Begins an entry at its start, instead of the one before.
int codecs_zip_begin(codecs_zip *archive, int64_t index, char *message);
/// Reads up to `count` bytes; `*got` is smaller only at the end. Its checksum is compared there.
int codecs_zip_read(codecs_zip *archive, void *bytes, size_t count, size_t *got, char *message);
void codecs_zip_close(codecs_zip *archive);

/// Decoding in two steps: the size first, then the pixels into memory of the caller, 8 bits per
/// channel, row by row, `channels` (1 grey, 3 RGB) interleaved. Transparency is dropped.
int codecs_jpeg_size(
    const uint8_t *file, size_t length, int *width, int *height, char *message);
int codecs_jpeg_decode(
    const uint8_t *file, size_t length, int channels, uint8_t *pixels, size_t capacity,
    char *message);
int codecs_png_size(const uint8_t *file, size_t length, int *width, int *height, char *message);
int codecs_png_decode(
    const uint8_t *file, size_t length, int channels, uint8_t *pixels, size_t capacity,
    char *message);

#ifdef __cplusplus
}
#endif
