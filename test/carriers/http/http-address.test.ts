import { describe, expect, it } from 'vitest';
import { parseCarrierAddress, parseReachableAddress } from '../../../carriers/address.ts';

describe('the address of a device service', () => {
  it.each([
    ['http://plc.example', 'http://plc.example'],
    ['http://plc.example/', 'http://plc.example'],
    ['http://PLC.example:8080/base/', 'http://plc.example:8080/base'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
    ['http://:8080', 'http://127.0.0.1:8080'],
    ['http://:0', 'http://127.0.0.1:0'],
    ['http://', 'http://127.0.0.1'],
    ['http:///containers/130-1', 'http://127.0.0.1/containers/130-1'],
  ])('is a host and a path, this computer where no host is named: %s', (text, url) => {
    expect(parseCarrierAddress(text)).toEqual({ scheme: 'http', url });
  });

  it('with port 0 is one to be served at, and nobody is reached there', () => {
    expect(() => parseReachableAddress('http://:0/path')).toThrow(expect.objectContaining({ code: 'ADDRESS_WRONG' }));
    expect(parseReachableAddress('http://plc.example/path')).toEqual({
      scheme: 'http',
      url: 'http://plc.example/path',
    });
  });

  it.each([
    'http:plc.example',
    'http:/plc.example',
    'http://user@plc.example',
    'http://:secret@plc.example',
    'http://plc.example/?a=b',
    'http://plc.example/#a',
    'http://plc.example:70000',
    'http://a b',
  ])('is nothing more and nothing less: %s', (text) => {
    expect(() => parseCarrierAddress(text)).toThrow(expect.objectContaining({ code: 'ADDRESS_WRONG' }));
  });
});
