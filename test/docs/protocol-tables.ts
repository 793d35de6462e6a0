import * as wire from '../../container/commands/device/messages.ts';
import { containerCertificate, firmCertificate, timeCertificate } from '../../container/files/certificate.ts';
import * as context from '../../container/files/context-file.ts';
import * as entries from '../../container/files/entries.ts';
import { signedEnvelope } from '../../container/files/envelope.ts';
import { dataField, grant, maintenancePeriod, transferTerms } from '../../container/files/grant.ts';
import { keyRequest } from '../../container/files/key-request.ts';
import * as notices from '../../container/files/notices.ts';
import { proof } from '../../container/files/proof.ts';
import { signedStatement } from '../../container/files/signed-file.ts';
import { inboundState, outboundHead, refusedEntry, statement } from '../../container/files/statement.ts';
import { movedItem, transferRecord } from '../../container/files/transfer-record.ts';
import { updateBody, updateHeader } from '../../container/files/update-file.ts';
import { roomTable, sizeTable } from './measured-sizes.ts';
import * as tables from './record-tables.ts';

/** What stands between `<!-- generated: NAME -->` and `<!-- /generated -->`, made from the definitions themselves. */
export const GENERATED: Readonly<Record<string, () => string>> = {
  'signed kinds': tables.signedKinds,
  envelope: () => tables.recordTables(signedEnvelope),
  certificates: () => tables.recordTables(containerCertificate, firmCertificate, timeCertificate, keyRequest),
  grant: () => tables.recordTables(grant, transferTerms, maintenancePeriod, dataField),
  'transfer record': () => tables.recordTables(transferRecord, movedItem),
  'entry kinds': tables.entryKinds,
  entries: () =>
    tables.recordTables(
      entries.entry,
      entries.addBody,
      entries.replaceBody,
      entries.expectation,
      entries.writeOffBody,
      entries.unblockBody,
      entries.transferInBody,
      entries.carriedHolding,
    ),
  statement: () => tables.recordTables(statement, outboundHead, inboundState, refusedEntry),
  'signed statement': () => tables.recordTables(signedStatement),
  'context file': () => tables.recordTables(context.contextHeader, context.inventory, context.inventoryHolding, proof),
  'update file': () => tables.recordTables(updateHeader, updateBody),
  notices: () =>
    tables.recordTables(notices.rootRevocations, notices.firmRevocations, notices.certifiedTime, notices.reAnchor),
  commands: tables.commandList,
  'command messages': tables.commandMessages,
  'wire messages': () =>
    tables.recordTables(
      wire.hello,
      wire.welcome,
      wire.call,
      wire.answer,
      wire.more,
      wire.fetch,
      wire.proof,
      wire.failure,
      wire.detail,
    ),
  changes: tables.changeTables,
  bounds: tables.bounds,
  charges: tables.charges,
  bytes: sizeTable,
  room: roomTable,
  errors: tables.errorList,
};

const MARKED = /<!-- generated: ([^>]+?) -->\n[\s\S]*?<!-- \/generated -->/g;

/** The document with everything between its markers made anew. @throws TypeError for a name that nothing makes */
export function fill(markdown: string): string {
  return markdown.replace(MARKED, (_, name: string) => {
    const make = GENERATED[name];
    if (make === undefined) throw new TypeError(`nothing makes "${name}"`);
    return `<!-- generated: ${name} -->\n\n${make()}\n\n<!-- /generated -->`;
  });
}

/** The names between markers of a document. */
export function namesIn(markdown: string): string[] {
  return [...markdown.matchAll(MARKED)].map(([, name = '']) => name);
}
