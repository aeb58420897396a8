#include "pictures.h"

#include <stdlib.h>
#include <string.h>

#include <gif_lib.h>

typedef struct {
  const uint8_t *next;
  size_t left;
} gif_bytes;

static int read_bytes(GifFileType *gif, GifByteType *to, int count) {
  gif_bytes *source = gif->UserData;
  size_t got = (size_t)count < source->left ? (size_t)count : source->left;
  memcpy(to, source->next, got);
  source->next += got;
  source->left -= got;
  return (int)got;
}

static bool skip_extension(GifFileType *gif, int *transparent) {
  GifByteType *block;
  int kind;
  if (DGifGetExtension(gif, &kind, &block) == GIF_ERROR) return false;
  GraphicsControlBlock control;
  if (block && kind == GRAPHICS_EXT_FUNC_CODE &&
      DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
    *transparent = control.TransparentColor;
  while (block)
    if (DGifGetExtensionNext(gif, &block) == GIF_ERROR) return false;
  return true;
}

// The rows of an interlaced frame in the order in which they are stored (GIF89a, appendix E).
static int stored_row(int number, int height) {
  static const int first[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2};
  for (int pass = 0; pass < 4; pass++) {
    int rows = (height - first[pass] + step[pass] - 1) / step[pass];
    if (number < rows) return first[pass] + number * step[pass];
    number -= rows;
  }
  return 0;
}

static bool read_frame(const picture_job *job, GifFileType *gif, int transparent) {
  const GifImageDesc *frame = &gif->Image;
  const ColorMapObject *colours = frame->ColorMap ? frame->ColorMap : gif->SColorMap;
  int width = job->picture->width, height = job->picture->height;
  if (frame->Width < 1 || frame->Height < 1) return false;
  GifPixelType *line = malloc((size_t)frame->Width);
  bool good = line && colours;
  for (int number = 0; good && number < frame->Height; number++) {
    int y = frame->Top + (frame->Interlace ? stored_row(number, frame->Height) : number);
    good = DGifGetLine(gif, line, frame->Width) == GIF_OK;
    for (int x = 0; good && x < frame->Width; x++) {
      int column = frame->Left + x;
      if (y < 0 || y >= height || column < 0 || column >= width || line[x] == transparent) continue;
      if (line[x] >= colours->ColorCount) continue;
      GifColorType colour = colours->Colors[line[x]];
      uint8_t *to = job->picture->pixels + 4 * ((size_t)y * (size_t)width + (size_t)column);
      to[0] = colour.Red;
      to[1] = colour.Green;
      to[2] = colour.Blue;
      to[3] = 255;
    }
  }
  free(line);
  return good;
}

// Reads records up to the next frame; false at the end.
static bool find_frame(GifFileType *gif, int *transparent) {
  GifRecordType record;
  while (DGifGetRecordType(gif, &record) == GIF_OK) {
    if (record == IMAGE_DESC_RECORD_TYPE) return true;
    if (record != EXTENSION_RECORD_TYPE || !skip_extension(gif, transparent)) return false;
  }
  return false;
}

static int decode(const picture_job *job, GifFileType *gif) {
  int transparent = NO_TRANSPARENT_COLOR;
  if (!find_frame(gif, &transparent) || DGifGetImageDesc(gif) == GIF_ERROR)
    return picture_fail(job, CODECS_DAMAGED, "it has no whole frame");
  int width = gif->SWidth, height = gif->SHeight;
  if (width < 1 || height < 1) width = gif->Image.Width, height = gif->Image.Height;
  int status = picture_reserve(job, width, height, 4);
  if (status) return status;
  memset(job->picture->pixels, 0, (size_t)width * (size_t)height * 4);
  if (!read_frame(job, gif, transparent))
    return picture_fail(job, CODECS_DAMAGED, "its first frame is damaged or cut short");
  job->picture->has_more = find_frame(gif, &transparent);
  picture_take_rgba(job);
  return 0;
}

int picture_gif(const picture_job *job) {
  gif_bytes source = {job->file, job->length};
  int code = 0;
  GifFileType *gif = DGifOpen(&source, read_bytes, &code);
  if (!gif) return picture_fail(job, CODECS_DAMAGED, GifErrorString(code));
  int status = decode(job, gif);
  DGifCloseFile(gif, &code);
  return status;
}
