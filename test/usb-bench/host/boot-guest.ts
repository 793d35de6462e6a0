import fs from 'node:fs';
import path from 'node:path';
import type { Image } from '../image/cached-image.ts';
import { startProgram } from '../programs.ts';
import { STICK } from './stick.ts';

/** What was seen of a guest from outside. */
export interface GuestRun {
  /** The exit code of QEMU; undefined when it had to be stopped. */
  readonly qemuExit: number | undefined;
  readonly console: string;
}

/** Where udev and Node begin to swap is at about half of it. */
const MEMORY_MIB = 1536;

/**
 * Starts the guest and waits for its end.
 *
 * @param input a folder that the guest reads: the program, the checks, the settings
 * @param output a folder that the guest writes
 * @param limit seconds after which it is stopped
 * @param hear is told every line of its console
 */
export function bootGuest(
  image: Image,
  places: { readonly input: string; readonly output: string; readonly stick: string | undefined },
  limit: number,
  hear: (line: string) => void,
): Promise<GuestRun> {
  return new Promise((resolve, reject) => {
    const qemu = startProgram('qemu-system-x86_64', qemuArguments(image, places), {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let console = '';
    let line = '';
    let isStopped = false;
    const timer = setTimeout(() => {
      isStopped = true;
      qemu.kill('SIGKILL');
    }, limit * 1000);
    const take = (part: string) => {
      const text = part.replaceAll('\r', '');
      console += text;
      const lines = (line + text).split('\n');
      line = lines.pop() ?? '';
      for (const whole of lines) hear(whole);
    };
    qemu.stdout?.setEncoding('utf8').on('data', take);
    qemu.stderr?.setEncoding('utf8').on('data', take);
    qemu.once('error', reject);
    qemu.once('close', (code) => {
      clearTimeout(timer);
      fs.writeFileSync(path.join(places.output, 'console.log'), console);
      resolve({ qemuExit: isStopped ? undefined : (code ?? undefined), console });
    });
  });
}

/** A plain computer of a kind that starts within seconds when it is emulated; other machines and processors are slower or hang. */
function qemuArguments(
  image: Image,
  { input, output, stick }: { readonly input: string; readonly output: string; readonly stick: string | undefined },
): string[] {
  const share = (folder: string, tag: string, more = '') =>
    `local,path=${folder.replaceAll(',', ',,')},mount_tag=${tag},security_model=none,multidevs=remap${more}`;
  return [
    ...['-M', 'pc', '-cpu', 'Nehalem', '-smp', '2', '-m', String(MEMORY_MIB)],
    ...['-accel', 'tcg,thread=multi,tb-size=512'],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-serial', 'stdio', '-monitor', 'none', '-no-reboot'],
    ...['-kernel', image.kernel, '-initrd', image.root],
    // The watchdog takes a busy host for a kernel that hangs.
    ...['-append', 'console=ttyS0 panic=-1 quiet nowatchdog mitigations=off'],
    ...['-virtfs', share(input, 'ferry', ',readonly=on'), '-virtfs', share(output, 'out')],
    ...['-nic', 'user,model=virtio-net-pci,ipv6=off'],
    ...['-device', 'isa-debug-exit,iobase=0xf4,iosize=4'],
    ...['-device', 'qemu-xhci,id=usb'],
    ...(stick === undefined
      ? []
      : [
          ...['-drive', `if=none,id=stick,format=raw,file=${stick.replaceAll(',', ',,')}`],
          ...['-device', `usb-storage,bus=usb.0,drive=stick,serial=${STICK.serial}`],
        ]),
  ];
}
