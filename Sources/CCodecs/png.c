#include "pictures.h"

#include <stdlib.h>
#include <string.h>

#include <spng.h>

static const size_t signature = 8;

// The chunk at an offset of a PNG file: its type and how many bytes it takes in all, 0 at the end of
// what is whole.
static size_t chunk(const uint8_t *file, size_t length, size_t at, const char **type) {
  if (at + 12 > length) return 0;
  const uint8_t *b = file + at;
  size_t size = (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
  *type = (const char *)b + 4;
  return size <= length - at - 12 ? size + 12 : 0;
}

static bool is(const char *type, const char *name) { return !memcmp(type, name, 4); }

// Sets what other chunks than those of the pixels say.
static void read_side_chunks(const picture_job *job) {
  const char *type;
  for (size_t at = signature, size; (size = chunk(job->file, job->length, at, &type)); at += size) {
    if (is(type, "acTL")) job->picture->has_more = 1;
    if (is(type, "eXIf"))
      job->picture->orientation = exif_orientation(job->file + at + 8, size - 12);
    if (is(type, "IEND")) return;
  }
}

static int decode(const picture_job *job, const uint8_t *file, size_t length) {
  spng_ctx *decoder = spng_ctx_new(0);
  if (!decoder) return picture_fail(job, CODECS_NO_MEMORY, "not enough memory");
  struct spng_ihdr header;
  struct spng_trns transparent;
  spng_set_image_limits(decoder, 1 << 30, 1 << 30);
  spng_set_chunk_limits(decoder, 1 << 26, 1 << 26);
  spng_set_crc_action(decoder, SPNG_CRC_ERROR, SPNG_CRC_DISCARD);
  int code = spng_set_png_buffer(decoder, file, length);
  if (!code) code = spng_get_ihdr(decoder, &header);
  int status = 0;
  if (!code) {
    bool deep = header.bit_depth == 16;
    bool alpha = header.color_type & 4 || !spng_get_trns(decoder, &transparent);
    size_t bytes = deep ? 8 : alpha ? 4 : 3;
    status = picture_reserve(job, header.width, header.height, bytes);
    if (!status) {
      int format = deep ? SPNG_FMT_RGBA16 : alpha ? SPNG_FMT_RGBA8 : SPNG_FMT_RGB8;
      size_t size = (size_t)header.width * header.height * bytes;
      code = spng_decode_image(
          decoder, job->picture->pixels, size, format, alpha ? SPNG_DECODE_TRNS : 0);
      // What follows the pixels is read too, so that a file cut at its very end is noticed.
      if (!code) code = spng_decode_chunks(decoder);
      if (!code && deep) picture_take_deep(job);
      else if (!code && alpha) picture_take_rgba(job);
      else if (!code) picture_take_rgb(job);
    }
  }
  spng_ctx_free(decoder);
  if (code)
    status = picture_fail(
        job, code == SPNG_EMEM ? CODECS_NO_MEMORY : CODECS_DAMAGED, spng_strerror(code));
  return status;
}

// Leaves out every chunk that is not needed for the pixels: one of these may break a rule while the
// picture is sound. Returns NULL when memory is short.
static uint8_t *without_side_chunks(const picture_job *job, size_t *length) {
  uint8_t *copy = malloc(job->length);
  if (!copy) return NULL;
  memcpy(copy, job->file, signature);
  *length = signature;
  const char *type;
  for (size_t at = signature, size; (size = chunk(job->file, job->length, at, &type)); at += size) {
    // Critical chunks have a capital first.
    if (type[0] & 0x20 && !is(type, "tRNS")) continue;
    memcpy(copy + *length, job->file + at, size);
    *length += size;
    if (is(type, "IEND")) break;
  }
  return copy;
}

int picture_png(const picture_job *job) {
  read_side_chunks(job);
  int status = decode(job, job->file, job->length);
  if (status != CODECS_DAMAGED) return status;
  size_t length;
  uint8_t *copy = without_side_chunks(job, &length);
  if (!copy) return status;
  picture_job again = *job;
  char reason[CODECS_MESSAGE] = "";
  again.message = reason;
  int second = length < job->length ? decode(&again, copy, length) : status;
  free(copy);
  if (!second) picture_warn(job, job->message);
  return second ? status : 0;
}
