#include "pictures.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

// As libjpeg-turbo's own tools: files of more scans are made to keep a decoder busy.
static const int most_scans = 500;

typedef struct {
  struct jpeg_error_mgr base;
  struct jpeg_progress_mgr progress;
  jmp_buf back;
  const picture_job *job;
  int status;
  // The file ended where data were expected, and libjpeg went on without.
  bool ended;
  // The decoder ran out of bits, which it took to be zero.
  bool starved;
  // More than an eighth of the rows was never stored.
  bool cut;
} jpeg_state;

static void failed(j_common_ptr info) {
  jpeg_state *state = (jpeg_state *)info->err;
  char text[JMSG_LENGTH_MAX];
  info->err->format_message(info, text);
  switch (info->err->msg_code) {
  case JERR_OUT_OF_MEMORY: state->status = CODECS_NO_MEMORY; break;
  case JERR_BAD_PRECISION:
  case JERR_SOF_UNSUPPORTED:
  case JERR_CONVERSION_NOTIMPL:
  case JERR_ARITH_NOTIMPL:
  case JERR_IMAGE_TOO_BIG: state->status = CODECS_UNSUPPORTED; break;
  default: state->status = CODECS_DAMAGED; break;
  }
  picture_fail(state->job, state->status, text);
  longjmp(state->back, 1);
}

static void complained(j_common_ptr common, int level) {
  if (level >= 0) return;
  j_decompress_ptr info = (j_decompress_ptr)common;
  jpeg_state *state = (jpeg_state *)info->err;
  char text[JMSG_LENGTH_MAX];
  info->err->format_message(common, text);
  picture_warn(state->job, text);
  if (info->err->msg_code == JWRN_JPEG_EOF) state->ended = true;
  if (info->err->msg_code == JWRN_HIT_MARKER) {
    state->starved = true;
    // A single damaged byte also ends the data a little early; a file cut and closed does so by far.
    if (info->unread_marker == JPEG_EOI &&
        (info->input_iMCU_row + 1) * 8 < info->total_iMCU_rows * 7)
      state->cut = true;
  }
}

static void quiet(j_common_ptr info) { (void)info; }

static void advanced(j_common_ptr info) {
  jpeg_state *state = (jpeg_state *)info->err;
  if (((j_decompress_ptr)info)->input_scan_number <= most_scans) return;
  state->status = picture_fail(state->job, CODECS_UNSUPPORTED, "it has too many scans");
  longjmp(state->back, 1);
}

static int orientation(j_decompress_ptr info) {
  for (jpeg_saved_marker_ptr marker = info->marker_list; marker; marker = marker->next)
    if (marker->data_length > 6 && !memcmp(marker->data, "Exif\0\0", 6))
      return exif_orientation(marker->data + 6, marker->data_length - 6);
  return 1;
}

// Whether a file that ended early lacks scans. Until then it has what it needs.
static bool lacks_scans(j_decompress_ptr info) {
  if (!jpeg_has_multiple_scans(info)) return false;
  if (!info->coef_bits) return true;
  for (int component = 0; component < info->num_components; component++)
    for (int k = 0; k < DCTSIZE2; k++)
      if (info->coef_bits[component][k] != 0) return true;
  return false;
}

static int decode(j_decompress_ptr info, jpeg_state *state) {
  const picture_job *job = state->job;
  jpeg_mem_src(info, job->file, job->length);
  jpeg_save_markers(info, JPEG_APP0 + 1, 0xffff);
  jpeg_read_header(info, TRUE);
  bool inks = info->num_components == 4;
  size_t bytes = inks ? 4 : (size_t)job->options->channels;
  info->out_color_space = inks ? JCS_CMYK : bytes == 1 ? JCS_GRAYSCALE : JCS_RGB;
  int status = picture_reserve(job, info->image_width, info->image_height, bytes);
  if (status) return status;
  job->picture->orientation = orientation(info);
  bool inverted = info->saw_Adobe_marker;
  jpeg_start_decompress(info);
  while (info->output_scanline < info->output_height) {
    JSAMPROW row = job->picture->pixels + (size_t)info->output_scanline * info->output_width * bytes;
    jpeg_read_scanlines(info, &row, 1);
  }
  if (state->cut || (state->ended && (state->starved || lacks_scans(info))))
    return picture_fail(job, CODECS_DAMAGED, "the file is cut short");
  jpeg_finish_decompress(info);
  if (inks) picture_take_cmyk(job, inverted);
  return 0;
}

int picture_jpeg(const picture_job *job) {
  struct jpeg_decompress_struct info = {0};
  jpeg_state state = {.job = job};
  info.err = jpeg_std_error(&state.base);
  state.base.error_exit = failed;
  state.base.emit_message = complained;
  state.base.output_message = quiet;
  state.progress.progress_monitor = advanced;
  if (setjmp(state.back)) {
    jpeg_destroy_decompress(&info);
    return state.status;
  }
  jpeg_create_decompress(&info);
  info.progress = &state.progress;
  int status = decode(&info, &state);
  jpeg_destroy_decompress(&info);
  return status;
}
