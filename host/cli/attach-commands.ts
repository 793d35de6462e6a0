import { parseReachableAddress, USBIP_PORT } from '../../carriers/address.ts';

/** How a dongle that is served by USB/IP becomes one of a computer; nothing for other addresses. */
export function attachCommands(address: string): readonly string[] {
  if (!address.startsWith('usbip:')) return [];
  const place = parseReachableAddress(address);
  if (place.scheme !== 'usbip') return [];
  const { host, port, busid } = place;
  // Served on all of its addresses, it is reached at none of them by that one.
  const isEverywhere = ['0.0.0.0', '::'].includes(host);
  const there = isEverywhere ? 'HOST' : host;
  const at = port === USBIP_PORT ? '' : ` --tcp-port ${port}`;
  return [
    `Without a driver:    ferry list ${isEverywhere ? `usbip://HOST:${port}/${busid}` : address}`,
    `Attach on Linux:     sudo modprobe vhci-hcd && sudo usbip${at} attach -r ${there} -b ${busid}`,
    `Attach on Windows:   usbip.exe${at} attach -r ${there} -b ${busid}   (with usbip-win2)`,
    'Then, over there:    ferry list   (finds it at hid:SERIAL)',
    ...(isEverywhere ? ['HOST is the name or address by which that computer reaches this one.'] : []),
  ];
}
