#include "CCodecs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <spng.h>

static int fail(char *message, const char *text) {
  snprintf(message, CODECS_MESSAGE, "%s", text);
  return CODECS_DAMAGED;
}

int codecs_png_encode(
    const uint8_t *pixels, int width, int height, int channels, uint8_t **bytes, size_t *count,
    char *message) {
  spng_ctx *encoder = spng_ctx_new(SPNG_CTX_ENCODER);
  if (!encoder) return fail(message, "not enough memory");
  struct spng_ihdr header = {
      .width = (uint32_t)width,
      .height = (uint32_t)height,
      .bit_depth = 8,
      .color_type = channels == 1 ? SPNG_COLOR_TYPE_GRAYSCALE : SPNG_COLOR_TYPE_TRUECOLOR,
  };
  int code = spng_set_option(encoder, SPNG_ENCODE_TO_BUFFER, 1);
  if (!code) code = spng_set_option(encoder, SPNG_IMG_COMPRESSION_LEVEL, 9);
  if (!code) code = spng_set_ihdr(encoder, &header);
  size_t size = (size_t)width * (size_t)height * (size_t)channels;
  if (!code)
    code = spng_encode_image(encoder, pixels, size, SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE);
  // The buffer is the caller's from here on.
  *bytes = code ? NULL : spng_get_png_buffer(encoder, count, &code);
  spng_ctx_free(encoder);
  return *bytes ? 0 : fail(message, spng_strerror(code));
}

typedef struct {
  struct jpeg_error_mgr base;
  jmp_buf back;
  char *message;
} jpeg_failure;

static void failed(j_common_ptr info) {
  jpeg_failure *failure = (jpeg_failure *)info->err;
  char text[JMSG_LENGTH_MAX];
  info->err->format_message(info, text);
  fail(failure->message, text);
  longjmp(failure->back, 1);
}

static void silent(j_common_ptr info) { (void)info; }

int codecs_jpeg_encode(
    const uint8_t *pixels, int width, int height, int channels, int quality, uint8_t **bytes,
    size_t *count, char *message) {
  struct jpeg_compress_struct info;
  jpeg_failure failure = {.message = message};
  // Changed by the library after `setjmp`, so not in a register.
  unsigned char *volatile *slot = (unsigned char *volatile *)bytes;
  unsigned long size = 0;
  *bytes = NULL;
  info.err = jpeg_std_error(&failure.base);
  failure.base.error_exit = failed;
  failure.base.output_message = silent;
  if (setjmp(failure.back)) {
    jpeg_destroy_compress(&info);
    free(*slot);
    *slot = NULL;
    return CODECS_DAMAGED;
  }
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, bytes, &size);
  info.image_width = (JDIMENSION)width;
  info.image_height = (JDIMENSION)height;
  info.input_components = channels;
  info.in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  info.optimize_coding = TRUE;
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = (JSAMPROW)pixels + (size_t)info.next_scanline * (size_t)width * (size_t)channels;
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  *count = size;
  return 0;
}

void codecs_bytes_free(uint8_t *bytes) { free(bytes); }
