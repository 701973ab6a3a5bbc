#!/usr/bin/env python3
"""Archives that unpack to more than anybody wants, made on the fly.

Each is refused, within 256 MiB of the largest process and a few seconds of
processor time; the good dump behind it is indexed all the same.
                                                  bombs.py DUMP [NAME...]
crashindex from PATH, in an empty folder.
"""
import io
import os
import resource
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib

MEMORY = 256 << 20
SECONDS = 5
MIB = 1 << 20


def zeroes_deflated(total, piece=64 * MIB):
    """Raw deflate of many zeroes: one piece, flushed, again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(piece)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * (total // piece) + b'\x03\x00'


def gzip_of(deflated):
    return b'\x1f\x8b\x08\0\0\0\0\0\0\x03' + deflated + bytes(8)


def zip_of(name, deflated, size):
    """One entry whose sizes are stated as they are, up to 4 GiB."""
    small = min(size, 0xfffffffe)
    head = struct.pack('<HHHHHIIIHH', 20, 0, 8, 0, 0x21, 0, len(deflated),
                       small, len(name), 0)
    local = b'PK\3\4' + head + name
    central = (b'PK\1\2' + struct.pack('<H', 20) + head +
               struct.pack('<HHHII', 0, 0, 0, 0, 0) + name)
    end = b'PK\5\6' + struct.pack('<HHHHIIH', 0, 0, 1, 1, len(central),
                                  len(local) + len(deflated), 0)
    return local + deflated + central + end


def nested(path):
    """Like 42.zip: sixteen of sixteen of sixteen..., 4 GiB at the bottom."""
    inner = zip_of(b'0.dmp', zeroes_deflated(4 << 30), 4 << 30)
    for _ in range(5):
        out = io.BytesIO()
        with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as archive:
            for i in range(16):
                archive.writestr('lib %x.zip' % i, inner)
        inner = out.getvalue()
    with open(path, 'wb') as file:
        file.write(inner)


def wide(path):
    """Nested to the limit only, but each level sixteen times."""
    inner = zip_of(b'0.dmp', zeroes_deflated(1 << 30), 1 << 30)
    for _ in range(3):
        out = io.BytesIO()
        with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as archive:
            for i in range(16):
                archive.writestr('lib %x.zip' % i, inner)
        inner = out.getvalue()
    with open(path, 'wb') as file:
        file.write(inner)


def zeroes_gz(path):
    with open(path, 'wb') as file:
        file.write(gzip_of(zeroes_deflated(10 << 30)))


def zeroes_zip(path):
    with open(path, 'wb') as file:
        file.write(zip_of(b'memory.dmp', zeroes_deflated(10 << 30), 10 << 30))


def dump_gz(path):
    """It begins as a dump does."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = packer.compress(b'PAGEDU64') + packer.flush(zlib.Z_FULL_FLUSH)
    with open(path, 'wb') as file:
        file.write(gzip_of(head + zeroes_deflated(10 << 30)))


def tar_entry(name, size, kind=b'0', data=b''):
    info = tarfile.TarInfo(name)
    info.size = size
    info.type = kind
    head = info.tobuf(tarfile.PAX_FORMAT)
    return head + data + bytes(-len(data) % 512)


def sparse_tar(path, data):
    """GNU.sparse.1.0: a map in front of the data; one piece of 1 TiB."""
    where = '1\n0\n%d\n' % len(data)
    where = where.encode() + bytes(-len(where) % 512)
    info = tarfile.TarInfo('GNUSparseFile.0/memory.dmp')
    info.size = len(where) + len(data)
    info.pax_headers = {'GNU.sparse.major': '1', 'GNU.sparse.minor': '0',
                        'GNU.sparse.name': 'memory.dmp',
                        'GNU.sparse.realsize': str(1 << 40)}
    body = where + data
    with open(path, 'wb') as file:
        file.write(info.tobuf(tarfile.PAX_FORMAT) + body +
                   bytes(-len(body) % 512) + bytes(1024))


def sparse_dump(path):
    sparse_tar(path, b'PAGEDU64' + bytes(8184))


def sparse_other(path):
    sparse_tar(path, b'nothing' * 100)


def entries_tar(path):
    """Ten million empty files, 5 GB of headers, packed."""
    head = tar_entry('a', 0) * 4096
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    with open(path, 'wb') as file:
        file.write(gzip_of(block * (10000000 // 4096) + b'\x03\x00'))


def entries_zip(path):
    local = b'PK\3\4' + struct.pack('<HHHHHIIIHH', 20, 0, 0, 0, 0x21, 0, 0, 0,
                                    1, 0) + b'a'
    one = (b'PK\1\2' + struct.pack('<HHHHHHIIIHHHHHII', 20, 20, 0, 0, 0, 0x21,
                                   0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b'a')
    count = 10000000
    size = count * len(one)
    with open(path, 'wb') as file:
        file.write(local)
        for _ in range(count // 100000):
            file.write(one * 100000)
        file.write(b'PK\6\6' + struct.pack('<QHHIIQQQQ', 44, 45, 45, 0, 0,
                                           count, count, size, len(local)))
        file.write(b'PK\6\7' + struct.pack('<IQI', 0, len(local) + size, 1))
        file.write(b'PK\5\6' + struct.pack('<HHHHIIH', 0, 0, 0xffff, 0xffff,
                                           0xffffffff, 0xffffffff, 0))


def number_7z(value):
    """A number of 7z, in its longest form."""
    return b'\xff' + struct.pack('<Q', value)


def file_7z(path, header):
    start = struct.pack('<QQI', 0, len(header), zlib.crc32(header))
    with open(path, 'wb') as file:
        file.write(b"7z\xbc\xaf\x27\x1c\0\4" +
                   struct.pack('<I', zlib.crc32(start)) + start + header)


def entries_7z(path):
    count = 10000000
    empty = b'\xff' * ((count + 7) // 8)
    names = b'\0' + b'a\0\0\0' * count
    file_7z(path, b'\1\5' + number_7z(count) +
            b'\x0e' + number_7z(len(empty)) + empty +
            b'\x11' + number_7z(len(names)) + names + b'\0\0')


def lying_7z(path):
    """It says that it has ten million files, and then says no more."""
    file_7z(path, b'\1\5' + number_7z(10000000) + b'\0\0')


def cab_of(folders, folder_table, files, data=b'', size=None):
    head = struct.pack('<4sIIIIIBBHHHHH', b'MSCF', 0,
                       size or 36 + len(folder_table) + len(data), 0,
                       36 + len(folder_table), 0, 3, 1, folders, files, 0, 0, 0)
    return head + folder_table + data


def cab_folders(path):
    """65535 folders, each of 65535 blocks, all at the same place."""
    folder = struct.pack('<IHH', 36, 0xffff, 1)
    entry = struct.pack('<IIHHHH', 0x7fffffff, 0, 0, 0, 0, 0x20) + b'a.dmp\0'
    with open(path, 'wb') as file:
        file.write(cab_of(0xffff, folder * 0xffff, 0xffff, entry * 0xffff))


def cab_short(path):
    """As many folders stated, none there."""
    with open(path, 'wb') as file:
        file.write(cab_of(0xffff, b'', 0xffff, size=0x7fffffff))


def lzma_window(path):
    """Asks for a window of 4 GiB."""
    with open(path, 'wb') as file:
        file.write(b'\x5d\xff\xff\xff\xff' + b'\xff' * 8 + bytes(4096))


def zstd_window(path):
    """A frame with a window of 2 GiB."""
    with open(path, 'wb') as file:
        file.write(b'\x28\xb5\x2f\xfd\x00\xa8' + bytes(4096))


BOMBS = [nested, wide, zeroes_gz, zeroes_zip, dump_gz, sparse_dump,
         sparse_other, entries_tar, entries_zip, entries_7z, lying_7z,
         cab_folders, cab_short, lzma_window, zstd_window]


def measured(paths):
    """Exit code, words, processor seconds, bytes of the largest process."""
    pid = os.fork()
    if not pid:
        out = os.open('said', os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.execvp('crashindex', ['crashindex', '--jobs=1', '--no-settle',
                                 '--store=store'] + paths)
    _, status, usage = os.wait4(pid, 0)
    with open('said', errors='replace') as file:
        return (os.waitstatus_to_exitcode(status), file.read(),
                usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def main():
    dump, names = sys.argv[1], sys.argv[2:]
    failed = 0
    for bomb in BOMBS:
        name = bomb.__name__
        if names and name not in names:
            continue
        path = 'bomb'
        bomb(path)
        subprocess.run(['rm', '-rf', 'store'], check=True)
        code, said, seconds, memory = measured([path, dump])
        lines = said.strip().splitlines() or ['']
        wrong = []
        if code != 0 or not lines[-1].startswith('1 indexed'):
            wrong.append('exit %d: %s' % (code, lines[-1]))
        if 'refused' not in lines[-1] or 'parser' in lines[-1]:
            wrong.append('not refused')
        if memory > MEMORY:
            wrong.append('too much memory')
        if seconds > SECONDS:
            wrong.append('too slow')
        print('%-13s %10d bytes  %5.2f s  %4d MiB  %s%s' % (
            name, os.path.getsize(path), seconds, memory // MIB,
            lines[0][:100], ''.join('  WRONG: ' + w for w in wrong)))
        sys.stdout.flush()
        failed |= bool(wrong)
        os.remove(path)
    return failed


if __name__ == '__main__':
    sys.exit(main())
