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
/// Begins an entry at its start, instead of the one before. CODECS_ZIP_METHOD when it is packed by a
/// method that the library does not have.
enum { CODECS_ZIP_METHOD = 1 };
int codecs_zip_begin(codecs_zip *archive, int64_t index, char *message);
/// Reads up to `count` bytes; `*got` is smaller only at the end. Its checksum is compared there.
int codecs_zip_read(codecs_zip *archive, void *bytes, size_t count, size_t *got, char *message);
void codecs_zip_close(codecs_zip *archive);

/// Types of pictures that are read. `codecs_picture_type` tells them by their first bytes.
enum {
  CODECS_NO_PICTURE,
  CODECS_JPEG,
  CODECS_PNG,
  CODECS_WEBP,
  CODECS_TIFF,
  CODECS_GIF,
  CODECS_BMP,
};

/// As many first bytes as `codecs_picture_type` looks at.
#define CODECS_HEAD 16

/// How a picture is to be decoded.
typedef struct {
  /// 1 grey, 3 RGB.
  int channels;
  /// What transparent pictures are composed on: red, green, blue.
  uint8_t background[3];
  /// The 16-bit sample that becomes 255. At 65535 the upper 8 bits are taken.
  int white;
} codecs_picture_options;

/// A decoded picture and what had to be done for it.
typedef struct {
  int type;
  /// Upright.
  int width, height;
  /// 8 bits per channel, row by row, channels interleaved. Free with `codecs_picture_free`.
  uint8_t *pixels;
  /// The EXIF orientation it was stored in, 1 (upright) to 8; the pixels have been turned.
  int orientation;
  /// 1 when it had pixels that are not opaque.
  int is_transparent;
  int is_cmyk;
  /// 1 when it has further frames or pages, which are not read.
  int has_more;
  /// The largest sample of a picture of 16 bits per channel, otherwise -1.
  int largest_sample;
  /// What the decoder complained about though all pixels are there; empty when nothing.
  char warning[CODECS_MESSAGE];
} codecs_picture;

/// Why a picture has not been decoded, besides 0 for success.
enum {
  CODECS_DAMAGED = -1,
  /// Sound for all we know, but of a kind that is not read, or too large.
  CODECS_UNSUPPORTED = -2,
  CODECS_NO_MEMORY = -3,
};

/// The type of the picture that begins with these bytes.
int codecs_picture_type(const uint8_t *head, size_t length);

/// Decodes a file in memory: all of it, turned upright, transparency composed, at most 1 GiB.
int codecs_picture_decode(
    const uint8_t *file, size_t length, const codecs_picture_options *options,
    codecs_picture *picture, char *message);
void codecs_picture_free(codecs_picture *picture);

/// Encodes 8-bit pixels, grey (1 channel) or RGB (3), row by row with channels interleaved. Equal
/// pixels give equal bytes. Free them with `codecs_bytes_free`.
int codecs_png_encode(
    const uint8_t *pixels, int width, int height, int channels, uint8_t **bytes, size_t *count,
    char *message);
/// The same with a loss; `quality` is from 1 to 100.
int codecs_jpeg_encode(
    const uint8_t *pixels, int width, int height, int channels, int quality, uint8_t **bytes,
    size_t *count, char *message);
void codecs_bytes_free(uint8_t *bytes);

#ifdef __cplusplus
}
#endif
