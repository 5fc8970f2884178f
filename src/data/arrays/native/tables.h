// Texts as numbers, on the memory of ../byte-table.ts and ../text-codes.ts.
#pragma once
#include <cstdint>
#include <cstring>
#include <vector>
#include "cutter.h"
#include "node.h"

/** A text that is not in a table yet, and one for which the table must grow first. */
constexpr int32_t UNKNOWN = -1, FULL = -2;

/** A ByteTable: what it holds, and where. @see ../byte-table.ts */
struct Table {
  int32_t* slots;
  uint32_t mask;
  int32_t* hashes;
  int32_t* starts;
  uint8_t* bytes;
  size_t hashRoom, byteRoom;
  int32_t size = 0;

  explicit Table(const Array* from)
      : slots(from[0].as<int32_t>()), mask(uint32_t(from[0].length) - 1), hashes(from[1].as<int32_t>()),
        starts(from[2].as<int32_t>()), bytes(from[3].as<uint8_t>()), hashRoom(from[1].length), byteRoom(from[3].length) {}

  bool holds(int32_t code, const uint8_t* text, int32_t length) const {
    const int32_t start = starts[code];
    return starts[code + 1] - start == length && std::memcmp(bytes + start, text, size_t(length)) == 0;
  }

  static int32_t hashOf(const uint8_t* text, int32_t length) {
    uint32_t hash = uint32_t(length);
    int32_t at = 0;
    for (; at + 4 <= length; at += 4) {
      uint32_t word;
      std::memcpy(&word, text + at, 4);
      hash = (hash ^ word) * 0x9e3779b1u;
      hash ^= hash >> 15;
    }
    for (; at < length; at++) hash = (hash ^ text[at]) * 0x01000193u;
    hash = (hash ^ (hash >> 16)) * 0x85ebca6bu;
    hash = (hash ^ (hash >> 13)) * 0xc2b2ae35u;
    return int32_t(hash ^ (hash >> 16));
  }

  /** The number of a text; UNKNOWN where it is new, and `slot` is its place. */
  int32_t find(const uint8_t* text, int32_t length, int32_t hash, uint32_t& slot) const {
    for (slot = (2 * uint32_t(hash)) & mask;; slot = (slot + 2) & mask) {
      const int32_t code = slots[slot] - 1;
      if (code < 0) return UNKNOWN;
      if (slots[slot + 1] == hash && holds(code, text, length)) return code;
    }
  }

  /** Three steps by which the memory of a look-up is fetched while others are made: nearly each would wait for it. */
  void fetchSlot(int32_t hash) const { __builtin_prefetch(slots + ((2 * uint32_t(hash)) & mask)); }
  void fetchStart(int32_t hash) const {
    const int32_t code = slots[(2 * uint32_t(hash)) & mask] - 1;
    if (code >= 0) __builtin_prefetch(starts + code);
  }
  void fetchText(int32_t hash) const {
    const int32_t code = slots[(2 * uint32_t(hash)) & mask] - 1;
    if (code >= 0) __builtin_prefetch(bytes + starts[code]);
  }

  /** The number of a text; FULL where the table must grow for it. */
  int32_t add(const uint8_t* text, int32_t length) { return add(text, length, hashOf(text, length)); }
  int32_t add(const uint8_t* text, int32_t length, int32_t hash) {
    uint32_t slot;
    const int32_t found = find(text, length, hash, slot);
    if (found >= 0) return found;
    const size_t end = size_t(starts[size]) + size_t(length);
    if (end > byteRoom || size_t(size) + 2 > hashRoom || 4 * (uint64_t(size) + 1) > uint64_t(mask) + 1) return FULL;
    std::memcpy(bytes + starts[size], text, size_t(length));
    hashes[size] = hash;
    starts[size + 1] = int32_t(end);
    slots[slot] = size + 1;
    slots[slot + 1] = hash;
    return size++;
  }
};

/** TextCodes: the names of a column, and the spellings of them that are not in their one form. @see ../text-codes.ts */
struct Codes {
  Table names, spellings;
  const int32_t* forms;
  std::vector<uint8_t> scratch;

  explicit Codes(const Array* from) : names(from), spellings(from + 4), forms(from[8].as<int32_t>()) {}

  /** UNKNOWN for what TypeScript must see first. */
  int32_t of(const uint8_t* text, int32_t length, bool odd, bool& changed) {
    if (!odd) return names.add(text, length);
    uint32_t slot;
    const int32_t spelling = spellings.find(text, length, Table::hashOf(text, length), slot);
    if (spelling < 0) return UNKNOWN;
    changed |= (forms[spelling] & 1) != 0;
    return forms[spelling] >> 1;
  }

  int32_t of(const uint8_t* bytes, const Field& field, bool& changed) {
    return of(bytes + field.from, field.to - field.from, field.odd, changed);
  }

  int32_t ofPair(const uint8_t* bytes, const Field& artist, const Field& title, bool& changed) {
    if (!artist.odd && artist.empty() && !title.odd) return of(bytes, title, changed);
    const bool odd = artist.odd || title.odd;
    if (!odd && title.empty()) return 0;
    scratch.assign(bytes + artist.from, bytes + artist.to);
    for (const char* joint = odd ? "\x1f" : " - "; *joint; joint++) scratch.push_back(uint8_t(*joint));
    scratch.insert(scratch.end(), bytes + title.from, bytes + title.to);
    return of(scratch.data(), int32_t(scratch.size()), odd, changed);
  }
};
