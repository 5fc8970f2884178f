// Fields of one line, as ../line-cutter.ts finds them.
#pragma once
#include <cstdint>
#include <cstring>
#include <vector>

/** A field: its bytes from `from` to before `to`, and whether it must be put in its one form first. */
struct Field {
  int32_t from = 0, to = 0;
  bool odd = false;
  bool empty() const { return from == to; }
};

class Cutter {
 public:
  std::vector<Field> fields;

  Cutter(uint8_t separator, int width) : fields(width), quotes_(separator != '\t'), separators_(separator * ONES) {
    for (int byte = 0; byte < 256; byte++) classes_[byte] = byte < 32 || byte >= 127 ? ODD : 0;
    classes_[' '] = SPACE;
    classes_[0] = classes_[31] = ODD | SLOW;
    for (uint8_t end : {separator, uint8_t('\n'), uint8_t('\r')}) classes_[end] = END;
  }

  /** The beginning of the line behind the one at `start`; -1 where that is not plain. Eight bytes behind a block may be read. */
  int32_t cut(const uint8_t* bytes, int32_t start) {
    int32_t at = start;
    for (size_t number = 0; number < fields.size(); number++) {
      int32_t from = at, to;
      int seen = 0;
      if (quotes_ && bytes[at] == '"') {
        bool isDoubled = false;
        for (at++;; at++) {
          if (bytes[at] == '"') {
            if (bytes[at + 1] != '"') break;
            isDoubled = true;
            at++;
          } else if (bytes[at] == '\n' || bytes[at] == '\r') return -1;
          else seen |= classes_[bytes[at]];
        }
        to = isDoubled ? at + 1 : at;
        if (isDoubled) seen |= ODD;
        else from++;
        at++;
        if (!(classes_[bytes[at]] & END)) return -1;
        seen &= ~END;
      } else {
        for (;; at++) {
          at = pastPlain(bytes, at);
          const int kind = classes_[bytes[at]];
          if (kind & END) break;
          seen |= kind;
        }
        to = at;
      }
      if (seen & SLOW) return -1;
      fields[number] = {from, to, (seen & ODD) || ((seen & SPACE) && hasStraySpace(bytes, from, to))};
      const uint8_t end = bytes[at++];
      if (end != '\n' && end != '\r') continue;
      if (number + 1 != fields.size() || at - start > LONGEST_LINE || (end == '\r' && bytes[at] != '\n')) return -1;
      return end == '\n' ? at : at + 1;
    }
    return -1;
  }

 private:
  enum { END = 1, ODD = 2, SPACE = 4, SLOW = 8 };
  static constexpr uint64_t ONES = 0x0101010101010101u, TOPS = 0x8080808080808080u;
  static constexpr int32_t LONGEST_LINE = 1 << 20;

  /** The first byte from `at` on that is not above the comma (0x2c), not below 0x7f, or a separator. */
  int32_t pastPlain(const uint8_t* bytes, int32_t at) const {
    for (;; at += 8) {
      uint64_t word;
      std::memcpy(&word, bytes + at, 8);
      const uint64_t other = word ^ separators_;
      const uint64_t odd = (((word - 0x2d * ONES) & ~word) | (word + ONES) | word | ((other - ONES) & ~other)) & TOPS;
      // The lowest mark is never a false one.
      if (odd) return at + (__builtin_ctzll(odd) >> 3);
    }
  }

  static bool hasStraySpace(const uint8_t* bytes, int32_t from, int32_t to) {
    if (bytes[from] == ' ' || bytes[to - 1] == ' ') return true;
    for (int32_t at = from + 1; at < to; at++)
      if (bytes[at] == ' ' && bytes[at - 1] == ' ') return true;
    return false;
  }

  const bool quotes_;
  const uint64_t separators_;
  uint8_t classes_[256];
};
