/** The guest is what the bench says that it is, and the built program runs in it with its native packages. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { claim, run, settings } from '../claims.mjs';

await claim('the kernel is the one of the image', async () => {
  assert.equal((await run('uname', '-r')).trim(), settings.release);
});

await claim('every module of the recipe is loaded, built in, or can be loaded', async () => {
  await run('modprobe', '--all', ...settings.modules);
});

await claim('Node is the one of the host', () => assert.equal(process.version, settings.node));

await claim('the built program says its version', async () => {
  const version = await run('node', '/opt/ferry/dist/ferry.js', '--version');
  assert.equal(version.trim(), settings.version);
});

await claim('the native packages of the lock file are there in its versions', () => {
  for (const { folder, version } of settings.addons) {
    const manifest = JSON.parse(fs.readFileSync(`/opt/${folder}/package.json`, 'utf8'));
    assert.equal(manifest.version, version, folder);
  }
});

await claim('the optional packages of the program can be loaded', () => {
  const require = createRequire('/opt/ferry/dist/ferry.js');
  // Of drivelist, Linux needs no native part, and none is installed.
  const loaded = { drivelist: 'drivelist/js/lsblk/index.js' };
  for (const name of settings.optional) require(loaded[name] ?? name);
});
