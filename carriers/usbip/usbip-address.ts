/** The address of a USB/IP server, as people write it. */
export function usbipText({ host, port }: { readonly host: string; readonly port: number }): string {
  return `usbip://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
