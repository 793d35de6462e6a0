import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { BenchError } from '../bench-error.ts';
import { buildImage } from './build-image.ts';
import { PrivateApt } from './private-apt.ts';
import { nameOfRecipe, readRecipe } from './recipe.ts';

/** A guest that can be started. */
export interface Image {
  /** Of its kernel: `6.1.0-1-amd64`. */
  readonly release: string;
  readonly kernel: string;
  readonly root: string;
}

/** Each has about 200 MiB: enough to change between two branches. */
const KEPT_IMAGES = 3;

/** FERRY_USB_BENCH_CACHE, else a folder of the bench where this person's programs keep what they can make again. */
export function cacheFolder(): string {
  const { FERRY_USB_BENCH_CACHE: told, XDG_CACHE_HOME: caches } = process.env;
  return path.resolve(told ?? path.join(caches ?? path.join(os.homedir(), '.cache'), 'license-ferry-usb-bench'));
}

/**
 * The image for the present recipe: from the cache, else made.
 *
 * One that is there keeps its kernel until `update` asks the distribution for a newer one, so that runs can be compared and need no
 * network. Two runs that make one at the same time do not disturb each other: the first to end keeps it.
 */
export async function cachedImage(
  repository: string,
  cache: string,
  { update, say }: { readonly update: boolean; readonly say: (text: string) => void },
): Promise<Image> {
  const recipe = readRecipe(repository);
  const name = nameOfRecipe(recipe);
  const images = path.join(cache, 'images');
  fs.mkdirSync(images, { recursive: true });
  const there = imagesIn(images).find((image) => image.startsWith(`${name}-`));
  if (there !== undefined && !update) return use(path.join(images, there));

  const work = fs.mkdtempSync(path.join(cache, `making-${process.pid}-`));
  process.on('exit', () => fs.rmSync(work, { recursive: true, force: true }));
  try {
    say(`making the image of the guest (once) in ${cache}`);
    const apt = new PrivateApt(path.join(work, 'apt'));
    await apt.update();
    const kernel = await apt.kernelOf(recipe.distribution.kernel);
    const target = path.join(images, `${name}-${kernel.release}`);
    if (fs.existsSync(target)) return use(target);
    const folder = path.join(work, 'image');
    fs.mkdirSync(folder);
    await buildImage(recipe, kernel, apt, { repository, folder, work }, say);
    keep(folder, target);
    for (const old of imagesIn(images).slice(KEPT_IMAGES)) fs.rmSync(path.join(images, old), { recursive: true });
    return use(target);
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

function keep(folder: string, target: string): void {
  try {
    fs.renameSync(folder, target);
  } catch (error) {
    if (!fs.existsSync(target)) throw error;
  }
}

/** The last used first. */
function imagesIn(folder: string): string[] {
  const usedAt = (name: string) => fs.statSync(path.join(folder, name)).mtimeMs;
  return fs.readdirSync(folder).sort((a, b) => usedAt(b) - usedAt(a));
}

function use(folder: string): Image {
  const image = {
    release: path.basename(folder).replace(/^[0-9a-f]+-/, ''),
    kernel: path.join(folder, 'kernel'),
    root: path.join(folder, 'root.cpio'),
  };
  for (const file of [image.kernel, image.root])
    if (!fs.existsSync(file))
      throw new BenchError('benchBroken', `The image in ${folder} lacks ${path.basename(file)}: remove it.`);
  const now = new Date();
  fs.utimesSync(folder, now, now);
  return image;
}
