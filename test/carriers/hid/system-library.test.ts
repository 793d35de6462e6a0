import { describe, expect, it } from 'vitest';
import { missingLibrary } from '../../../carriers/hid/system-library.ts';

describe('missingLibrary', () => {
  it.each([
    'libusb-1.0.so.0: cannot open shared object file: No such file or directory',
    'Error loading shared library libusb-1.0.so.0: No such file or directory (needed by /x/node_modules/node-hid/HID.node)',
  ])('names the library and the packages of Debian and Fedora that have it: %s', (said) => {
    expect(missingLibrary(said)).toEqual({
      library: 'libusb-1.0.so.0',
      fix: '`sudo apt install libusb-1.0-0` on Debian and Ubuntu, `sudo dnf install libusb1` on Fedora',
    });
  });

  it('says of a library that it does not know how its package is found', () => {
    const found = missingLibrary('libother.so.7: cannot open shared object file: No such file or directory');
    expect(found).toEqual({
      library: 'libother.so.7',
      fix: expect.stringMatching(/^`apt-file search libother\.so\.7` .*`dnf provides '\*\/libother\.so\.7'`/),
    });
  });

  it.each([
    '/x/node_modules/node-hid/HID.node: cannot open shared object file: No such file or directory',
    "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by /x/HID.node)",
    'No native build was found for platform=linux arch=riscv64',
    '',
  ])('takes no other failure for a missing library: %s', (said) => {
    expect(missingLibrary(said)).toBeUndefined();
  });
});
