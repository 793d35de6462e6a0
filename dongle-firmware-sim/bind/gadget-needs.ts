/** What this computer has for being a USB device. */
export interface GadgetGround {
  /** As Node names it. */
  readonly platform: string;
  readonly isRoot: boolean;
  /** Whether the configuration file system is there, with the part for gadgets. */
  readonly hasConfigfs: boolean;
  /** Device controllers, by name. */
  readonly controllers: readonly string[];
}

/** The controller to be used; or what is missing, and the commands or the document that help. */
export type GadgetNeed =
  | { readonly ok: true; readonly controller: string }
  | { readonly ok: false; readonly why: string; readonly help: string };

const DOCUMENT = 'docs/hardware.md has it step by step';

/** Whether a dongle can be made of this computer. @param wanted the controller that was asked for; the only one unless given */
export function groundForGadget(ground: GadgetGround, wanted: string | undefined): GadgetNeed {
  const { platform, isRoot, hasConfigfs, controllers } = ground;
  if (platform !== 'linux') return missing('only Linux can be a USB device this way', 'Use --usbip here');
  if (!isRoot) return missing('only root may do that', 'Run the same command with sudo');
  if (!hasConfigfs)
    return missing(
      'there is no /sys/kernel/config/usb_gadget',
      'Run `modprobe libcomposite`, and `mount -t configfs none /sys/kernel/config` where that is not mounted',
    );
  if (wanted !== undefined)
    return controllers.includes(wanted)
      ? { ok: true, controller: wanted }
      : missing(`there is no USB device controller ${wanted}`, `In /sys/class/udc there is: ${list(controllers)}`);
  const [only, another] = controllers;
  if (only === undefined)
    return missing(
      'there is no USB device controller in /sys/class/udc',
      `On a Raspberry Pi, put \`dtoverlay=dwc2\` into /boot/firmware/config.txt and restart it; without a board, run \`modprobe dummy_hcd\`; ${DOCUMENT}`,
    );
  return another === undefined
    ? { ok: true, controller: only }
    : missing('there are several USB device controllers', `Name one after --gadget: ${list(controllers)}`);
}

function missing(why: string, help: string): GadgetNeed {
  return { ok: false, why, help };
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}
