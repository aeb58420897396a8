// What the decoders of pictures share. Each fills the picture of its job, or fails with a message.
#pragma once
#include "CCodecs.h"

#include <stdbool.h>

typedef struct {
  const uint8_t *file;
  size_t length;
  const codecs_picture_options *options;
  codecs_picture *picture;
  char *message;
  // Whether it is the turn of this job: pictures of many pixels are decoded one after the other.
  bool *has_turn;
} picture_job;

int picture_fail(const picture_job *job, int status, const char *text);

// Notes a complaint of a decoder whose pixels are whole. The first one stays.
void picture_warn(const picture_job *job, const char *text);

// Sets the size and reserves `bytes` for each pixel, or fails before memory is reserved for a picture
// that nobody has.
int picture_reserve(const picture_job *job, long long width, long long height, size_t bytes);

// Turn the pixels reserved, in place, into what the options ask for.
void picture_take_grey(const picture_job *job);
void picture_take_rgb(const picture_job *job);
void picture_take_rgba(const picture_job *job);
void picture_take_cmyk(const picture_job *job, bool inverted);
// Samples of 16 bits: red, green, blue, alpha.
void picture_take_deep(const picture_job *job);

int picture_jpeg(const picture_job *job);
int picture_png(const picture_job *job);
int picture_webp(const picture_job *job);
int picture_tiff(const picture_job *job);
int picture_gif(const picture_job *job);
int picture_bmp(const picture_job *job);

// The orientation in EXIF data (a TIFF header and its first directory), 1 when there is none.
int exif_orientation(const uint8_t *exif, size_t length);
