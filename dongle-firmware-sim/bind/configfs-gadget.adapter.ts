import fs from 'node:fs';
import path from 'node:path';
import { FerryError } from '../../container/errors.ts';
import { systemCode, systemWords } from '../../container/store/file-failure.ts';
import { groundForGadget } from './gadget-needs.ts';
import { GADGET_PLACE, GADGET_RUINS, type GadgetStep } from './gadget-plan.ts';

const GADGETS = '/sys/kernel/config/usb_gadget';
const CONTROLLERS = '/sys/class/udc';
/** What the gadgets of this program are called, with the number of their process. */
const OURS = /^license-ferry-(\d+)$/;
/** What ends an attribute that is emptied: nothing at all would not reach the kernel. */
const EMPTY = '\n';

export interface GadgetParts {
  readonly steps: readonly GadgetStep[];
  /** The device controller that shows it; the only one unless given. */
  readonly controller: string | undefined;
  /** Folder of the dongle: a gadget that has its medium there is a killed server's, since the folder has one server at a time. */
  readonly folder: string;
}

/** A USB device that the kernel makes of its own functions. Whoever makes one takes apart what killed servers left behind. */
export class ConfigfsGadget {
  readonly #folder: string;
  readonly #controller: string;

  private constructor(folder: string, controller: string) {
    this.#folder = folder;
    this.#controller = controller;
  }

  /** Makes it, not plugged in yet. @throws GADGET_UNREADY with what is missing, and what helps */
  static make({ steps, controller: wanted, folder }: GadgetParts): ConfigfsGadget {
    const ground = {
      platform: process.platform,
      isRoot: process.getuid?.() === 0,
      hasConfigfs: fs.existsSync(GADGETS),
      controllers: fs.existsSync(CONTROLLERS) ? fs.readdirSync(CONTROLLERS).sort() : [],
    };
    const need = groundForGadget(ground, wanted);
    if (!need.ok) throw new FerryError('GADGET_UNREADY', { why: need.why, help: need.help });
    for (const name of leftBehind(fs.realpathSync(folder))) takeApart(path.join(GADGETS, name));
    const gadget = new ConfigfsGadget(path.join(GADGETS, `license-ferry-${process.pid}`), need.controller);
    fs.mkdirSync(gadget.#folder);
    try {
      for (const step of steps) gadget.#take(step);
    } catch (error) {
      gadget.takeApart();
      throw error;
    }
    return gadget;
  }

  /** Has the controller show it. @throws GADGET_UNREADY where something else has the controller */
  plugIn(): void {
    try {
      fs.writeFileSync(this.#at(GADGET_PLACE.controller), this.#controller);
    } catch (error) {
      const holder = holderOf(this.#controller);
      const why = `${this.#controller} cannot be used: ${holder === undefined ? systemWords(error) : `${holder} has it`}`;
      const attribute = path.join(GADGETS, holder ?? '', GADGET_PLACE.controller);
      const help =
        holder !== undefined && fs.existsSync(attribute)
          ? `Pull that one out: \`echo > ${attribute}\``
          : 'Unload the module that has it, such as g_ether, g_serial or g_multi';
      throw new FerryError('GADGET_UNREADY', { why, help }, { cause: error });
    }
  }

  /** Pulls it out of the computer that has it. Repeatable. */
  pullOut(): void {
    pullOut(this.#folder);
  }

  /** The node of its reports, once it is plugged in. */
  get node(): string {
    const [, minor] = read(this.#at(GADGET_PLACE.reports)).split(':');
    return `/dev/hidg${minor}`;
  }

  /** What its controller says of the bus. */
  get bus(): string {
    return read(path.join(CONTROLLERS, this.#controller, 'state'));
  }

  get hasMedium(): boolean {
    return read(this.#at(GADGET_PLACE.medium)) !== '';
  }

  /** Puts a file into the disk. None is to be in it. */
  insert(file: string): void {
    fs.writeFileSync(this.#at(GADGET_PLACE.medium), file);
  }

  /** Takes the file out of the disk, even where a computer that is gone had asked that it stay. */
  remove(): void {
    try {
      fs.writeFileSync(this.#at(GADGET_PLACE.medium), EMPTY);
    } catch (error) {
      const forced = this.#at(GADGET_PLACE.forcedEject);
      if (systemCode(error) !== 'EBUSY' || !fs.existsSync(forced)) throw error;
      fs.writeFileSync(forced, '1');
    }
  }

  /** Leaves nothing of it. */
  takeApart(): void {
    takeApart(this.#folder);
  }

  #at(place: string): string {
    return path.join(this.#folder, place);
  }

  #take(step: GadgetStep): void {
    const place = 'make' in step ? step.make : 'write' in step ? step.write : step.link;
    try {
      if ('make' in step) fs.mkdirSync(this.#at(place));
      else if ('write' in step) fs.writeFileSync(this.#at(place), step.value);
      else fs.symlinkSync(this.#at(step.to), this.#at(place));
    } catch (error) {
      const why = `the kernel does not take ${place}: ${systemWords(error)}`;
      const help = 'Run `modprobe -a usb_f_hid usb_f_mass_storage`: the kernel has to have both';
      throw new FerryError('GADGET_UNREADY', { why, help }, { cause: error });
    }
  }
}

/** The gadgets of servers that are gone, and those that hold a medium of this folder. */
function leftBehind(folder: string): readonly string[] {
  return fs.readdirSync(GADGETS).filter((name) => {
    const pid = Number(OURS.exec(name)?.[1]);
    if (Number.isNaN(pid)) return false;
    return pid === process.pid || !isAlive(pid) || mediumOf(name).startsWith(`${folder}${path.sep}`);
  });
}

function mediumOf(name: string): string {
  const file = path.join(GADGETS, name, GADGET_PLACE.medium);
  return fs.existsSync(file) ? read(file) : '';
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}

/** The gadget, or the driver, that a controller shows. */
function holderOf(controller: string): string | undefined {
  const inConfigfs = fs
    .readdirSync(GADGETS)
    .find((name) => read(path.join(GADGETS, name, GADGET_PLACE.controller)) === controller);
  return inConfigfs ?? (read(path.join(CONTROLLERS, controller, 'function')) || undefined);
}

function pullOut(folder: string): void {
  const controller = path.join(folder, GADGET_PLACE.controller);
  if (fs.existsSync(controller) && read(controller) !== '') fs.writeFileSync(controller, EMPTY);
}

/** Takes apart what is there of a gadget, however far its making has come. */
function takeApart(folder: string): void {
  pullOut(folder);
  for (const link of GADGET_RUINS.links) fs.rmSync(path.join(folder, link), { force: true });
  for (const name of [...GADGET_RUINS.folders, '.']) {
    const one = path.join(folder, name);
    if (fs.existsSync(one)) fs.rmdirSync(one);
  }
}

function read(file: string): string {
  return fs.readFileSync(file, 'utf8').trim();
}
