// Plain lines of separated text into columns of numbers: the loop of ../scanner.ts, on the same tables and with the same results.
// A line that needs more than its bytes is set aside, for TypeScript to read.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#ifdef __linux__
#include <sys/mman.h>
#endif
#include "cutter.h"
#include "node.h"
#include "numbers.h"
#include "tables.h"

namespace {

/** @see KIND of ../piece.ts */
constexpr uint8_t ASIDE = 4;

/** What `LineFormat` says, and the columns that are written. */
struct Format {
  int separator, width, perSecond, user, item, title, artist, time, duration, rating;
};

struct Columns {
  uint8_t* kinds;
  int32_t *users, *items, *starts;
  double *times, *durations, *ratings;
};

/** Reads the fields that were found into a line of the columns; UNKNOWN where TypeScript must do it. @see ../scanner.ts */
int32_t take(const Format& format, const uint8_t* bytes, int32_t start, const std::vector<Field>& fields, Codes* codes,
             const Columns& columns, int32_t line) {
  Codes &users = codes[0], &items = codes[1], &titles = codes[2];
  const Field* artist = format.artist >= 0 ? &fields[format.artist] : nullptr;
  if (format.title < 0 && artist && artist->odd) return UNKNOWN;
  bool changed = false;
  const Field& user = fields[format.user];
  const int32_t guess = line > 0 ? columns.users[line - 1] : 0;
  const bool isSame = guess > 0 && !user.odd && users.names.holds(guess, bytes + user.from, user.to - user.from);
  const int32_t code = isSame ? guess : users.of(bytes, user, changed);
  if (code <= 0) return code < 0 ? code : UNKNOWN;
  const Field& time = fields[format.time];
  double seconds = NAN;
  if (!time.empty()) {
    seconds = format.perSecond > 0 ? plainNumber(bytes, time) / format.perSecond : isoTime(bytes, time);
    if (std::isnan(seconds)) return UNKNOWN;
  }
  for (const auto& [field, column] : {std::pair(format.duration, columns.durations), {format.rating, columns.ratings}}) {
    if (field < 0) continue;
    column[line] = plainNumber(bytes, fields[field]);
    if (std::isnan(column[line]) && !fields[field].empty()) return UNKNOWN;
  }
  int32_t item = 0, text = 0;
  if (format.item >= 0 && (item = items.of(bytes, fields[format.item], changed)) < 0) return item;
  if (format.title >= 0) {
    const Field& title = fields[format.title];
    Codes& naming = format.item >= 0 ? titles : items;
    if (format.item >= 0 && !title.odd && !(artist && artist->odd)) text = title.empty() ? 0 : 1;
    else text = artist ? naming.ofPair(bytes, *artist, title, changed) : naming.of(bytes, title, changed);
    if (text < 0) return text;
    if (format.item < 0) item = text;
    else columns.starts[line] = text == 0 ? ~start : start;
  }
  columns.users[line] = code;
  columns.items[line] = item;
  columns.times[line] = seconds;
  columns.kinds[line] = changed ? 1 : 0;
  return code;
}

int32_t nextLine(const uint8_t* bytes, int32_t at, int32_t end) {
  return int32_t(static_cast<const uint8_t*>(std::memchr(bytes + at, '\n', size_t(end - at))) - bytes) + 1;
}

/** The arrays of a call; false where there are others. */
bool arraysOf(napi_env env, napi_callback_info info, Array* all, uint32_t length) {
  size_t count = 1;
  napi_value list = nullptr;
  if (napi_get_cb_info(env, info, &count, &list, nullptr, nullptr) != 0) return false;
  for (uint32_t at = 0; at < length; at++) {
    napi_value element;
    int type;
    if (napi_get_element(env, list, at, &element) != 0 ||
        napi_get_typedarray_info(env, element, &type, &all[at].length, &all[at].data, nullptr, nullptr) != 0)
      return false;
  }
  return true;
}

/** What `arrays` of ../native.ts lists. */
constexpr int ARRAYS = 10 + 3 * 9;

/** Reads lines until the block, the columns or a table end; `state` says where, and what it has counted. */
napi_value scanLines(napi_env env, napi_callback_info info) {
  Array all[ARRAYS];
  if (!arraysOf(env, info, all, ARRAYS)) return nullptr;
  const uint8_t* bytes = all[0].as<uint8_t>();
  Format format;
  std::memcpy(&format, all[1].data, sizeof format);
  int32_t* state = all[2].as<int32_t>();
  const Columns columns = {all[3].as<uint8_t>(), all[4].as<int32_t>(), all[5].as<int32_t>(), all[6].as<int32_t>(),
                           all[7].as<double>(), all[8].as<double>(), all[9].as<double>()};
  Codes codes[] = {Codes(all + 10), Codes(all + 19), Codes(all + 28)};
  codes[0].names.size = state[2];
  codes[1].names.size = state[3];
  constexpr int GROUP = 32;
  struct Line {
    int32_t start, next, hash;
    std::vector<Field> fields;
  };
  std::vector<Line> group(GROUP);
  Cutter cutter(uint8_t(format.separator), format.width);
  const Table& names = codes[1].names;
  const int32_t end = int32_t(all[0].length), room = int32_t(all[3].length);
  int32_t at = state[0], line = state[1];
  for (bool isFull = false; !isFull && at < end && line < room;) {
    int count = 0;
    for (int32_t start = at; start < end && count < GROUP && line + count < room; count++) {
      Line& one = group[count];
      one.start = start;
      one.next = cutter.cut(bytes, start);
      one.fields = cutter.fields;
      one.hash = 0;
      if (one.next >= 0 && format.item >= 0) {
        const Field& item = one.fields[format.item];
        one.hash = Table::hashOf(bytes + item.from, item.to - item.from);
        names.fetchSlot(one.hash);
      }
      start = one.next >= 0 ? one.next : nextLine(bytes, start, end);
    }
    for (int k = 0; k < count; k++) names.fetchStart(group[k].hash);
    for (int k = 0; k < count; k++) names.fetchText(group[k].hash);
    for (int k = 0; k < count; k++, line++) {
      const Line& one = group[k];
      const int32_t code = one.next < 0 ? UNKNOWN : take(format, bytes, one.start, one.fields, codes, columns, line);
      isFull = code == FULL;
      if (isFull) break;
      if (code == UNKNOWN) {
        columns.kinds[line] = ASIDE;
        columns.users[line] = 0;
        columns.starts[line] = one.start;
      }
      at = one.next >= 0 ? one.next : nextLine(bytes, one.start, end);
    }
  }
  state[0] = at;
  state[1] = line;
  state[2] = codes[0].names.size;
  state[3] = codes[1].names.size;
  return nullptr;
}

/**
 * Looks the strings of a table up in another one, or puts them there: until all have a number, or the other table is full.
 *
 * The arrays: slots, hashes, starts and bytes of the table that takes; bytes, starts and hashes of the one that is taken;
 * the numbers that are found; and how many strings are done, with the size of the table that takes.
 */
napi_value absorb(napi_env env, napi_callback_info info) {
  Array all[9];
  if (!arraysOf(env, info, all, 9)) return nullptr;
  Table table(all);
  const uint8_t* bytes = all[4].as<uint8_t>();
  const int32_t *starts = all[5].as<int32_t>(), *hashes = all[6].as<int32_t>();
  int32_t *numbers = all[7].as<int32_t>(), *state = all[8].as<int32_t>();
  const int32_t count = int32_t(all[6].length);
  table.size = state[1];
  constexpr int32_t AHEAD = 8;
  int32_t at = state[0];
  for (; at < count; at++) {
    if (at + 3 * AHEAD < count) table.fetchSlot(hashes[at + 3 * AHEAD]);
    if (at + 2 * AHEAD < count) table.fetchStart(hashes[at + 2 * AHEAD]);
    if (at + AHEAD < count) table.fetchText(hashes[at + AHEAD]);
    const int32_t number = table.add(bytes + starts[at], starts[at + 1] - starts[at], hashes[at]);
    if (number == FULL) break;
    numbers[at] = number;
  }
  state[0] = at;
  state[1] = table.size;
  return nullptr;
}

/** Asks the system for pages of 2 MB under an array of bytes that nobody has written to yet. */
napi_value useLargePages(napi_env env, napi_callback_info info) {
#ifdef MADV_HUGEPAGE
  constexpr uintptr_t PAGE = 1 << 21;
  size_t count = 1;
  napi_value value = nullptr;
  int type;
  Array array;
  if (napi_get_cb_info(env, info, &count, &value, nullptr, nullptr) == 0 &&
      napi_get_typedarray_info(env, value, &type, &array.length, &array.data, nullptr, nullptr) == 0) {
    const uintptr_t from = (uintptr_t(array.data) + PAGE - 1) / PAGE * PAGE;
    const uintptr_t to = (uintptr_t(array.data) + array.length) / PAGE * PAGE;
    if (from < to) madvise(reinterpret_cast<void*>(from), to - from, MADV_HUGEPAGE);
  }
#endif
  return nullptr;
}

/** Tells the C library to give free memory back to the system: what pieces of columns leave it keeps. */
napi_value giveBackMemory(napi_env, napi_callback_info) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
  return nullptr;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  for (const auto& [name, callback] :
       {std::pair("scanLines", scanLines), {"absorb", absorb}, {"useLargePages", useLargePages},
        {"giveBackMemory", giveBackMemory}}) {
    napi_value function;
    if (napi_create_function(env, name, std::strlen(name), callback, nullptr, &function) == 0)
      napi_set_named_property(env, exports, name, function);
  }
  return exports;
}
