#include "pictures.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Larger pictures are refused before memory is reserved for them: no camera makes them, and a file
// of a few bytes can claim to be one.
static const long long largest_area = 1LL << 28;
static const size_t largest_memory = (size_t)1 << 30;

// However many threads decode, only one of them holds a picture larger than this.
static const long long shared_area = 1LL << 25;
static pthread_mutex_t turn_of_large = PTHREAD_MUTEX_INITIALIZER;

int picture_fail(const picture_job *job, int status, const char *text) {
  snprintf(job->message, CODECS_MESSAGE, "%s", text && *text ? text : "unknown error");
  return status;
}

void picture_warn(const picture_job *job, const char *text) {
  char *warning = job->picture->warning;
  if (!*warning) snprintf(warning, CODECS_MESSAGE, "%s", text && *text ? text : "unknown warning");
}

int picture_reserve(const picture_job *job, long long width, long long height, size_t bytes) {
  if (width < 1 || height < 1) return picture_fail(job, CODECS_DAMAGED, "it has no pixels");
  if (width > largest_area || height > largest_area || width * height > largest_area ||
      (size_t)(width * height) * bytes > largest_memory) {
    snprintf(
        job->message, CODECS_MESSAGE, "%lld x %lld pixels are too large to be decoded", width,
        height);
    return CODECS_UNSUPPORTED;
  }
  if (width * height > shared_area && !*job->has_turn) {
    pthread_mutex_lock(&turn_of_large);
    *job->has_turn = true;
  }
  codecs_picture *picture = job->picture;
  picture->width = (int)width;
  picture->height = (int)height;
  free(picture->pixels);
  picture->pixels = malloc((size_t)(width * height) * bytes);
  return picture->pixels ? 0 : picture_fail(job, CODECS_NO_MEMORY, "not enough memory");
}

static size_t area(const picture_job *job) {
  return (size_t)job->picture->width * (size_t)job->picture->height;
}

// ITU-R BT.601 luma in 16-bit fixed point, what a JPEG decoder calls grey as well.
static uint8_t luma(unsigned red, unsigned green, unsigned blue) {
  return (uint8_t)((red * 19595u + green * 38470u + blue * 7471u + 0x8000u) >> 16);
}

static void put(const picture_job *job, size_t i, unsigned red, unsigned green, unsigned blue) {
  uint8_t *pixels = job->picture->pixels;
  if (job->options->channels == 1) {
    pixels[i] = luma(red, green, blue);
  } else {
    pixels[3 * i] = (uint8_t)red;
    pixels[3 * i + 1] = (uint8_t)green;
    pixels[3 * i + 2] = (uint8_t)blue;
  }
}

void picture_take_grey(const picture_job *job) {
  if (job->options->channels == 1) return;
  // From the end, since the pixels grow. The caller has reserved three bytes for each.
  const uint8_t *pixels = job->picture->pixels;
  for (size_t i = area(job); i-- > 0;) put(job, i, pixels[i], pixels[i], pixels[i]);
}

void picture_take_rgb(const picture_job *job) {
  if (job->options->channels == 3) return;
  const uint8_t *c = job->picture->pixels;
  for (size_t i = 0, count = area(job); i < count; i++, c += 3) put(job, i, c[0], c[1], c[2]);
}

static unsigned compose(unsigned colour, unsigned ground, unsigned alpha) {
  return (colour * alpha + ground * (255 - alpha) + 127) / 255;
}

static void put_composed(
    const picture_job *job, size_t i, unsigned red, unsigned green, unsigned blue, unsigned alpha) {
  const uint8_t *ground = job->options->background;
  if (alpha < 255) {
    job->picture->is_transparent = 1;
    red = compose(red, ground[0], alpha);
    green = compose(green, ground[1], alpha);
    blue = compose(blue, ground[2], alpha);
  }
  put(job, i, red, green, blue);
}

void picture_take_rgba(const picture_job *job) {
  const uint8_t *c = job->picture->pixels;
  for (size_t i = 0, count = area(job); i < count; i++, c += 4)
    put_composed(job, i, c[0], c[1], c[2], c[3]);
}

void picture_take_cmyk(const picture_job *job, bool inverted) {
  job->picture->is_cmyk = 1;
  const uint8_t *c = job->picture->pixels;
  // The light that inks let through, without a colour profile.
  unsigned flip = inverted ? 0 : 255;
  for (size_t i = 0, count = area(job); i < count; i++, c += 4) {
    unsigned cyan = c[0] ^ flip, magenta = c[1] ^ flip, yellow = c[2] ^ flip, black = c[3] ^ flip;
    put(job, i, (cyan * black + 127) / 255, (magenta * black + 127) / 255,
        (yellow * black + 127) / 255);
  }
}

void picture_take_deep(const picture_job *job) {
  unsigned white = (unsigned)job->options->white;
  int largest = 0;
  const uint8_t *bytes = job->picture->pixels;
  for (size_t i = 0, count = area(job); i < count; i++, bytes += 8) {
    uint16_t c[4];
    memcpy(c, bytes, 8);
    unsigned narrow[3];
    for (int k = 0; k < 3; k++) {
      if (c[k] > largest) largest = c[k];
      unsigned scaled = white >= 65535 ? c[k] >> 8 : (c[k] * 255u + white / 2) / white;
      narrow[k] = scaled > 255 ? 255 : scaled;
    }
    put_composed(job, i, narrow[0], narrow[1], narrow[2], c[3] >> 8);
  }
  job->picture->largest_sample = largest;
}

// Where the pixel at x, y of the upright picture is stored. Source: Exif 2.32, 4.6.5, Orientation.
static size_t stored(int orientation, size_t x, size_t y, size_t width, size_t height) {
  switch (orientation) {
  case 2: return y * width + (width - 1 - x);
  case 3: return (height - 1 - y) * width + (width - 1 - x);
  case 4: return (height - 1 - y) * width + x;
  case 5: return x * width + y;
  case 6: return (height - 1 - x) * width + y;
  case 7: return (height - 1 - x) * width + (width - 1 - y);
  case 8: return x * width + (width - 1 - y);
  default: return y * width + x;
  }
}

static int turn(const picture_job *job) {
  codecs_picture *picture = job->picture;
  if (picture->orientation == 1) return 0;
  size_t width = (size_t)picture->width, height = (size_t)picture->height;
  size_t channels = (size_t)job->options->channels;
  uint8_t *turned = malloc(width * height * channels), *to = turned;
  if (!turned) return picture_fail(job, CODECS_NO_MEMORY, "not enough memory");
  bool swapped = picture->orientation >= 5;
  size_t columns = swapped ? height : width, rows = swapped ? width : height;
  for (size_t y = 0; y < rows; y++) {
    for (size_t x = 0; x < columns; x++) {
      const uint8_t *from =
          picture->pixels + stored(picture->orientation, x, y, width, height) * channels;
      for (size_t k = 0; k < channels; k++) *to++ = from[k];
    }
  }
  free(picture->pixels);
  picture->pixels = turned;
  picture->width = (int)columns;
  picture->height = (int)rows;
  return 0;
}

int codecs_picture_type(const uint8_t *head, size_t length) {
#define BEGINS(text) (length >= sizeof text - 1 && !memcmp(head, text, sizeof text - 1))
  if (BEGINS("\xff\xd8\xff")) return CODECS_JPEG;
  if (BEGINS("\x89PNG\r\n\x1a\n")) return CODECS_PNG;
  if (BEGINS("RIFF") && length >= 12 && !memcmp(head + 8, "WEBP", 4)) return CODECS_WEBP;
  if (BEGINS("II\x2a\0") || BEGINS("MM\0\x2a") || BEGINS("II\x2b\0") || BEGINS("MM\0\x2b"))
    return CODECS_TIFF;
  if (BEGINS("GIF87a") || BEGINS("GIF89a")) return CODECS_GIF;
  // Two letters are little: the reserved bytes must be 0 as well. Text may begin with BM too.
  if (BEGINS("BM") && length >= 10 && !memcmp(head + 6, "\0\0\0\0", 4)) return CODECS_BMP;
#undef BEGINS
  return CODECS_NO_PICTURE;
}

int codecs_picture_decode(
    const uint8_t *file, size_t length, const codecs_picture_options *options,
    codecs_picture *picture, char *message) {
  memset(picture, 0, sizeof *picture);
  picture->orientation = 1;
  picture->largest_sample = -1;
  picture->type = codecs_picture_type(file, length);
  bool has_turn = false;
  picture_job job = {file, length, options, picture, message, &has_turn};
  if ((options->channels != 1 && options->channels != 3) || options->white < 1)
    return picture_fail(&job, CODECS_UNSUPPORTED, "1 or 3 channels and a positive white are needed");
  int status;
  switch (picture->type) {
  case CODECS_JPEG: status = picture_jpeg(&job); break;
  case CODECS_PNG: status = picture_png(&job); break;
  case CODECS_WEBP: status = picture_webp(&job); break;
  case CODECS_TIFF: status = picture_tiff(&job); break;
  case CODECS_GIF: status = picture_gif(&job); break;
  case CODECS_BMP: status = picture_bmp(&job); break;
  default: status = picture_fail(&job, CODECS_DAMAGED, "it begins like no picture"); break;
  }
  if (!status) status = turn(&job);
  if (has_turn) pthread_mutex_unlock(&turn_of_large);
  if (status) codecs_picture_free(picture);
  return status;
}

void codecs_picture_free(codecs_picture *picture) {
  free(picture->pixels);
  picture->pixels = NULL;
}
