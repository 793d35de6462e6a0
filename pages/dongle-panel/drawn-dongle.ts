import { drawn } from '../kit/element.adapter.ts';

/** The dongle and the port that it is plugged into. Its classes in the style sheet move it and light its LED. */
export function drawDongle(serial: string): Element {
  return drawn(
    'svg',
    { viewBox: '0 0 420 150', role: 'img', class: 'stage', 'aria-label': `The dongle ${serial}` },
    drawn(
      'g',
      { class: 'port' },
      drawn('rect', { x: '0', y: '22', width: '74', height: '106', rx: '10', class: 'port-body' }),
      drawn('rect', { x: '44', y: '52', width: '32', height: '46', rx: '4', class: 'port-mouth' }),
      drawn('circle', { cx: '24', cy: '40', r: '3', class: 'port-screw' }),
      drawn('circle', { cx: '24', cy: '110', r: '3', class: 'port-screw' }),
    ),
    drawn(
      'g',
      { class: 'dongle' },
      drawn('rect', { x: '52', y: '56', width: '70', height: '38', rx: '3', class: 'plug' }),
      drawn('rect', { x: '66', y: '63', width: '10', height: '8', rx: '1', class: 'plug-hole' }),
      drawn('rect', { x: '66', y: '79', width: '10', height: '8', rx: '1', class: 'plug-hole' }),
      drawn('path', {
        d: 'M118 40 h176 a35 35 0 0 1 0 70 h-176 a8 8 0 0 1 -8 -8 v-54 a8 8 0 0 1 8 -8 z',
        class: 'body',
      }),
      drawn('path', { d: 'M118 44 h176 a31 31 0 0 1 22 9 h-202 v-5 a4 4 0 0 1 4 -4 z', class: 'shine' }),
      drawn('circle', { cx: '306', cy: '75', r: '11', class: 'eye' }),
      drawn('circle', { cx: '136', cy: '75', r: '16', class: 'glow' }),
      drawn('circle', { cx: '136', cy: '75', r: '6', class: 'led' }),
      drawn('text', { x: '162', y: '72', class: 'maker' }, 'LICENSE FERRY'),
      drawn('text', { x: '162', y: '92', class: 'serial' }, serial),
    ),
  );
}
