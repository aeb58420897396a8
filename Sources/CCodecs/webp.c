#include "pictures.h"

#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>

static int first_frame(const picture_job *job) {
  WebPAnimDecoderOptions options;
  if (!WebPAnimDecoderOptionsInit(&options)) return CODECS_NO_MEMORY;
  options.color_mode = MODE_RGBA;
  WebPData data = {job->file, job->length};
  WebPAnimDecoder *decoder = WebPAnimDecoderNew(&data, &options);
  WebPAnimInfo info;
  uint8_t *frame;
  int time;
  int status = CODECS_DAMAGED;
  if (decoder && WebPAnimDecoderGetInfo(decoder, &info) &&
      WebPAnimDecoderGetNext(decoder, &frame, &time)) {
    memcpy(job->picture->pixels, frame, (size_t)info.canvas_width * info.canvas_height * 4);
    job->picture->has_more = info.frame_count > 1;
    status = 0;
  }
  if (decoder) WebPAnimDecoderDelete(decoder);
  return status;
}

static int orientation(const picture_job *job) {
  WebPData data = {job->file, job->length};
  WebPDemuxer *demuxer = WebPDemux(&data);
  WebPChunkIterator chunk;
  int found = 1;
  if (demuxer && WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk)) {
    const uint8_t *bytes = chunk.chunk.bytes;
    size_t size = chunk.chunk.size;
    // Some programs put JPEG's "Exif\0\0" in front.
    size_t skipped = size >= 6 && !memcmp(bytes, "Exif\0\0", 6) ? 6 : 0;
    found = exif_orientation(bytes + skipped, size - skipped);
    WebPDemuxReleaseChunkIterator(&chunk);
  }
  WebPDemuxDelete(demuxer);
  return found;
}

int picture_webp(const picture_job *job) {
  WebPBitstreamFeatures features;
  VP8StatusCode code = WebPGetFeatures(job->file, job->length, &features);
  if (code != VP8_STATUS_OK) return picture_fail(job, CODECS_DAMAGED, "it is no whole WebP file");
  size_t bytes = features.has_alpha || features.has_animation ? 4 : 3;
  // The decoder of animations has two more canvases of the same size.
  size_t needed = features.has_animation ? 3 * bytes : bytes;
  int status = picture_reserve(job, features.width, features.height, needed);
  if (status) return status;
  size_t stride = (size_t)features.width * bytes, size = stride * (size_t)features.height;
  uint8_t *pixels = job->picture->pixels;
  if (features.has_animation) status = first_frame(job);
  else if (bytes == 4)
    status = WebPDecodeRGBAInto(job->file, job->length, pixels, size, (int)stride) ? 0 : -1;
  else status = WebPDecodeRGBInto(job->file, job->length, pixels, size, (int)stride) ? 0 : -1;
  if (status) return picture_fail(job, CODECS_DAMAGED, "the file is damaged or cut short");
  job->picture->orientation = orientation(job);
  if (bytes == 4) picture_take_rgba(job);
  else picture_take_rgb(job);
  return 0;
}
