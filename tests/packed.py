#!/usr/bin/env python3
"""Archives that nothing in Debian writes, around one file as it is.

packed.py KIND FILE NAME >ARCHIVE      KIND: rar4, rar5 or lzx

Layouts: unrar's technote (rar 4), rarlab's "RAR 5.0 archive format" (rar 5),
[MS-CAB] and [MS-PATCH] (a cabinet packed with LZX, as Windows Error Reporting
sends them).  All is stored, which each of them has a way to say.
"""
import struct
import sys
import zlib


def rar4_block(kind, flags, rest):
    body = struct.pack('<BHH', kind, flags, 7 + len(rest)) + rest
    return struct.pack('<H', zlib.crc32(body) & 0xffff) + body


def rar4(data, name):
    size = len(data)
    head = struct.pack('<IIBIIBBHI', size, size, 2, zlib.crc32(data),
                       0x58210000, 20, 0x30, len(name), 0x20)
    return (b'Rar!\x1a\x07\x00' + rar4_block(0x73, 0, bytes(6)) +
            rar4_block(0x74, 0x8000, head + name) + data +
            rar4_block(0x7b, 0x4000, b''))


def number(value):
    """Seven bits a byte, the lowest first."""
    out = b''
    while value > 0x7f:
        out += bytes([value & 0x7f | 0x80])
        value >>= 7
    return out + bytes([value])


def rar5_block(rest):
    body = number(len(rest)) + rest
    return struct.pack('<I', zlib.crc32(body)) + body


def rar5(data, name):
    """Kind 2 is a file; flag 2: data follow; flag 4 of the file: its CRC."""
    size = number(len(data))
    head = (b'\2\2' + size + b'\4' + size + number(0x20) +
            struct.pack('<I', zlib.crc32(data)) + b'\0\0' +
            number(len(name)) + name)
    return (b'Rar!\x1a\x07\x01\x00' + rar5_block(b'\1\0\0') +
            rar5_block(head) + data + rar5_block(b'\5\0\0'))


def words(bits):
    """A string of bits as LZX has them: words of 16, highest bit first."""
    bits += '0' * (-len(bits) % 16)
    return b''.join(struct.pack('<H', int(bits[i:i + 16], 2))
                    for i in range(0, len(bits), 16))


def lzx_blocks(data):
    """Block type 3, a frame of 32 KiB each; no translation of calls."""
    for at in range(0, len(data), 32768):
        piece = data[at:at + 32768]
        bits = '' if at else '0'
        bits += format(3, '03b') + format(len(piece), '024b')
        yield (words(bits) + struct.pack('<III', 1, 1, 1) + piece +
               bytes(len(piece) % 2), len(piece))


def lzx(data, name):
    blocks = list(lzx_blocks(data))
    body = b''.join(struct.pack('<IHH', 0, len(packed), size) + packed
                    for packed, size in blocks)
    entry = struct.pack('<IIHHHH', len(data), 0, 0, 0x5821, 0, 0x20)
    entry += name + b'\0'
    start = 36 + 8 + len(entry)
    head = struct.pack('<4sIIIIIBBHHHHH', b'MSCF', 0, start + len(body), 0,
                       36 + 8, 0, 3, 1, 1, 1, 0, 0, 0)
    folder = struct.pack('<IHH', start, len(blocks), 0x1503)
    return head + folder + entry + body


def main():
    kind, path, name = sys.argv[1:]
    with open(path, 'rb') as file:
        data = file.read()
    write = {'rar4': rar4, 'rar5': rar5, 'lzx': lzx}[kind]
    sys.stdout.buffer.write(write(data, name.encode()))


if __name__ == '__main__':
    main()
