#include "pictures.h"

#include <stdlib.h>
#include <string.h>

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wunused-function"
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#define STBI_MAX_DIMENSIONS (1 << 28)
#include <stb/stb_image.h>
#pragma clang diagnostic pop

static uint32_t read32(const uint8_t *b) {
  return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static unsigned read16(const uint8_t *b) { return b[0] | (unsigned)b[1] << 8; }

typedef struct {
  long long width, height;
  size_t bits;
  // 0 none, 3 and 6 masks, others packed.
  uint32_t packing;
  // Without a mask for it, the fourth byte of a pixel means nothing.
  bool alpha;
} bmp_header;

// What is checked before the decoder: it takes bytes beyond the end of the file to be 0.
static int read_header(const picture_job *job, bmp_header *header) {
  const uint8_t *b = job->file;
  if (job->length < 26) return picture_fail(job, CODECS_DAMAGED, "the file is cut short");
  uint32_t size = read32(b + 14);
  if (size == 12) {
    *header = (bmp_header){read16(b + 18), read16(b + 20), read16(b + 24), 0, false};
  } else {
    if (job->length < 54 || size < 40)
      return picture_fail(job, CODECS_DAMAGED, "its header is damaged or cut short");
    long long height = (int32_t)read32(b + 22);
    *header = (bmp_header){
        (int32_t)read32(b + 18), height < 0 ? -height : height, read16(b + 28), read32(b + 30),
        size >= 56 && job->length >= 70 && read32(b + 30) != 0 && read32(b + 66) != 0};
  }
  if (header->packing != 0 && header->packing != 3 && header->packing != 6)
    return picture_fail(job, CODECS_UNSUPPORTED, "run-length and other packed BMP files are not read");
  return 0;
}

int picture_bmp(const picture_job *job) {
  bmp_header header;
  int status = read_header(job, &header);
  if (!status) status = picture_reserve(job, header.width, header.height, 4);
  if (status) return status;
  size_t stride = ((size_t)header.width * header.bits + 31) / 32 * 4;
  size_t start = read32(job->file + 10);
  if (start > job->length || stride * (size_t)header.height > job->length - start)
    return picture_fail(job, CODECS_DAMAGED, "the file is cut short");
  if (job->length > INT32_MAX) return picture_fail(job, CODECS_UNSUPPORTED, "the file is too large");
  int width, height, channels, wanted = header.alpha ? 4 : 3;
  uint8_t *pixels =
      stbi_load_from_memory(job->file, (int)job->length, &width, &height, &channels, wanted);
  if (!pixels) return picture_fail(job, CODECS_DAMAGED, stbi_failure_reason());
  free(job->picture->pixels);
  job->picture->pixels = pixels;
  job->picture->width = width;
  job->picture->height = height;
  if (header.alpha) picture_take_rgba(job);
  else picture_take_rgb(job);
  return 0;
}
