import { parseReachableAddress, USBIP_PORT } from '../../carriers/address.ts';

/** How a dongle that is served by USB/IP becomes one of a computer; nothing for other addresses. */
export function attachCommands(address: string): readonly string[] {
  if (!address.startsWith('usbip:')) return [];
  const place = parseReachableAddress(address);
  if (place.scheme !== 'usbip') return [];
  const { host, port, busid } = place;
  const at = port === USBIP_PORT ? '' : ` --tcp-port ${port}`;
  return [
    `Without a driver:    ferry list ${address}`,
    `Attach on Linux:     sudo modprobe vhci-hcd && sudo usbip${at} attach -r ${host} -b ${busid}`,
    `Attach on Windows:   usbip.exe${at} attach -r ${host} -b ${busid}   (with usbip-win2)`,
  ];
}
