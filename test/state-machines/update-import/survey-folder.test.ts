import { afterEach, describe, expect, it } from 'vitest';
import { FileUpdateFolder } from '../../../device-side/index.ts';
import { surveyFolder } from '../../../state-machines/update-import/survey-folder.ts';
import { temporaryFolders } from '../../container/store/temporary-folder.ts';
import { ImportScene } from './import-scene.ts';

const makeFolder = temporaryFolders();
const scenes: ImportScene[] = [];

afterEach(() => {
  for (const made of scenes.splice(0)) made.close();
});

describe('a survey of many update files', () => {
  it('keeps of each no more bytes than its issuer’s certificate', async () => {
    const scene = new ImportScene(makeFolder());
    scenes.push(scene);
    scene.issueFrom(scene.firm, 30);
    for (let first = 1; first <= 30; first += 10) scene.putFrom(scene.firm, `${first}.ferry-update`, first, first + 9);
    const { updates } = await surveyFolder(new FileUpdateFolder(scene.stick), scene.device.key);
    const { certificate } = scene.firm;
    expect(updates.map(({ issuer }) => issuer.certificate)).toEqual([certificate, certificate, certificate]);
    for (const { issuer } of updates) expect(issuer.certificate.buffer.byteLength).toBe(certificate.length);
  });
});
