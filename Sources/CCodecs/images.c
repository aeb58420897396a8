#include "CCodecs.h"

#include <spng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

// Larger images are refused before memory is reserved for them.
static const long long largest_area = 1LL << 28;

static int fail(char *message, const char *text) {
  snprintf(message, CODECS_MESSAGE, "%s", text ? text : "unknown error");
  return -1;
}

static int check_size(int width, int height, char *message) {
  if (width < 1 || height < 1) return fail(message, "the image has no pixels");
  if ((long long)width * height > largest_area) return fail(message, "the image is too large");
  return 0;
}

int codecs_jpeg_size(
    const uint8_t *file, size_t length, int *width, int *height, char *message) {
  tjhandle decoder = tjInitDecompress();
  if (!decoder) return fail(message, tjGetErrorStr2(NULL));
  int subsampling, colours;
  int status = tjDecompressHeader3(
      decoder, file, (unsigned long)length, width, height, &subsampling, &colours);
  if (status) fail(message, tjGetErrorStr2(decoder));
  else status = check_size(*width, *height, message);
  tjDestroy(decoder);
  return status;
}

int codecs_jpeg_decode(
    const uint8_t *file, size_t length, int channels, uint8_t *pixels, size_t capacity,
    char *message) {
  int width, height;
  if (codecs_jpeg_size(file, length, &width, &height, message)) return -1;
  if ((channels != 1 && channels != 3) || (size_t)width * height * channels > capacity)
    return fail(message, "the memory given does not fit the image");
  tjhandle decoder = tjInitDecompress();
  if (!decoder) return fail(message, tjGetErrorStr2(NULL));
  // A warning ("premature end of file") means pixels that were never stored: also a failure.
  int status = tjDecompress2(
      decoder, file, (unsigned long)length, pixels, width, width * channels, height,
      channels == 1 ? TJPF_GRAY : TJPF_RGB, TJFLAG_ACCURATEDCT);
  if (status) fail(message, tjGetErrorStr2(decoder));
  tjDestroy(decoder);
  return status;
}

static spng_ctx *png_open(
    const uint8_t *file, size_t length, struct spng_ihdr *header, char *message) {
  spng_ctx *decoder = spng_ctx_new(0);
  if (!decoder) {
    fail(message, "not enough memory");
    return NULL;
  }
  spng_set_image_limits(decoder, 1 << 24, 1 << 24);
  spng_set_chunk_limits(decoder, 1 << 26, 1 << 26);
  int status = spng_set_png_buffer(decoder, file, length);
  if (!status) status = spng_get_ihdr(decoder, header);
  if (status) {
    fail(message, spng_strerror(status));
    spng_ctx_free(decoder);
    return NULL;
  }
  return decoder;
}

int codecs_png_size(const uint8_t *file, size_t length, int *width, int *height, char *message) {
  struct spng_ihdr header;
  spng_ctx *decoder = png_open(file, length, &header, message);
  if (!decoder) return -1;
  spng_ctx_free(decoder);
  *width = (int)header.width;
  *height = (int)header.height;
  return check_size(*width, *height, message);
}

int codecs_png_decode(
    const uint8_t *file, size_t length, int channels, uint8_t *pixels, size_t capacity,
    char *message) {
  struct spng_ihdr header;
  spng_ctx *decoder = png_open(file, length, &header, message);
  if (!decoder) return -1;
  size_t area = (size_t)header.width * header.height;
  int status = check_size((int)header.width, (int)header.height, message);
  if (!status && ((channels != 1 && channels != 3) || area * channels > capacity))
    status = fail(message, "the memory given does not fit the image");
  if (!status) {
    uint8_t *colours = channels == 3 ? pixels : malloc(area * 3);
    int code = colours ? spng_decode_image(decoder, colours, area * 3, SPNG_FMT_RGB8, 0)
                       : SPNG_EMEM;
    // What follows the pixels is read too, so that a file cut at its very end is noticed.
    if (!code) code = spng_decode_chunks(decoder);
    if (code) status = fail(message, spng_strerror(code));
    if (!code && channels == 1) {
      // ITU-R BT.601 luma in 16-bit fixed point, what a JPEG decoder calls grey as well.
      for (size_t i = 0; i < area; i++) {
        const uint8_t *c = colours + 3 * i;
        pixels[i] = (uint8_t)((c[0] * 19595u + c[1] * 38470u + c[2] * 7471u + 0x8000u) >> 16);
      }
    }
    if (channels == 1) free(colours);
  }
  spng_ctx_free(decoder);
  return status;
}
