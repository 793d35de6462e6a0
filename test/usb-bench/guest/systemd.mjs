import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { run } from './claims.mjs';
import { until } from './headless-device.mjs';

const CGROUPS = '/sys/fs/cgroup';
const UDEVD = '/lib/systemd/systemd-udevd';

/**
 * A systemd with a udev of its own: the first process among process ids of its own, with its own view of what is mounted. The udev that
 * the guest has started rests meanwhile. It ends with the check.
 */
export class Systemd {
  #process;

  /** @returns when it has started all that it starts by itself */
  static async start() {
    const systemd = new Systemd();
    await run('udevadm', 'control', '--exit');
    if (fs.readdirSync(CGROUPS).length === 0) await run('mount', '-t', 'cgroup2', 'none', CGROUPS);
    // Without one, it takes the guest for a system that is new, and asks at the console.
    fs.writeFileSync('/etc/machine-id', `${randomUUID().replaceAll('-', '')}\n`);
    const namespaces = ['--fork', '--pid', '--mount', '--mount-proc', '--kill-child'];
    const child = spawn(
      'unshare',
      [...namespaces, '/lib/systemd/systemd', '--system', '--unit=basic.target', '--show-status=no'],
      { env: { PATH: process.env.PATH }, stdio: 'ignore' },
    );
    child.unref();
    process.on('exit', () => {
      child.kill('SIGKILL');
      // Where it is, programs take systemd for what runs the computer.
      fs.rmSync('/run/systemd', { recursive: true, force: true });
      execFileSync(UDEVD, ['--daemon'], { stdio: 'ignore' });
    });
    await until('the process of systemd', () => {
      systemd.#process = fs.readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
      return systemd.#process !== '';
    });
    await until('the start of systemd', () => systemd.isActive('basic.target'));
    return systemd;
  }

  /** Runs a program in what it sees. @returns what it wrote to standard output */
  run(command, ...args) {
    return run('nsenter', `--target=${this.#process}`, '--mount', '--pid', command, ...args);
  }

  isActive(unit) {
    return this.run('systemctl', 'is-active', unit).then(
      () => true,
      () => false,
    );
  }

  /** What it says of a unit. */
  async property(unit, name) {
    return (await this.run('systemctl', 'show', '--value', `--property=${name}`, unit)).trim();
  }

  /** A file of the main process of a service in `/proc`. */
  async ofProcess(service, file) {
    return this.run('cat', `/proc/${await this.property(service, 'MainPID')}/${file}`);
  }
}
