import path from 'node:path';
import { parseSync } from 'rolldown/utils';

/** What is watched: the rules that decide and carry out, with the channel that both sides share. */
const WATCHED = [
  'apply-entry',
  'certified-time',
  'charged-tables',
  'check-custody',
  'check-grant',
  'decide-apply',
  'decide-context',
  'decide-issue',
  'decide-settle',
  'draft',
  'evolve',
  'foreign-lists',
  'group-parts',
  'issuer-channel',
  'lock',
  'partners',
  'refuse-entry',
  'reserve',
  'revoked-keys',
  'settle-channel',
  'take-notices',
  'transfer-entry',
  'unused-channels',
  'write-off',
];

/**
 * A bundler plugin that lets the rules write down which of their guards were ever true and ever false. Guards are the conditions
 * of `if` and `?:`, and what they are made of by `&&` and `||`.
 *
 * @param {string} root folder of the repository
 */
export function watchGuards(root) {
  const watched = new Map(WATCHED.map((name) => [path.join(root, 'container/engine', `${name}.ts`), name]));
  return {
    name: 'watch guards',
    transform(code, id) {
      const file = watched.get(id);
      return file === undefined ? null : { code: watching(file, code) };
    },
  };
}

function watching(file, code) {
  const { program } = parseSync(`${file}.ts`, code);
  const guards = [];
  const times = new Map();
  // A condition that is written several times in one file is counted: each is a guard of its own.
  const named = (condition) => {
    const before = times.get(condition) ?? 0;
    times.set(condition, before + 1);
    return before === 0 ? condition : `${condition} (${before + 1})`;
  };
  const inserts = [];
  const watch = (node) => {
    inserts.push({ at: node.start, text: `$seen(${guards.length}, ` });
    guards.push(named(code.slice(node.start, node.end).replaceAll(/\s+/g, ' ')));
    watchOperands(node);
    inserts.push({ at: node.end, text: ')' });
  };
  const watchOperands = (node) => {
    if (node.type !== 'LogicalExpression' || node.operator === '??') return;
    for (const operand of [node.left, node.right])
      if (operand.type === 'LogicalExpression' && operand.operator !== '??') watchOperands(operand);
      else watch(operand);
  };
  visit(program, (node) => {
    if (node.type === 'IfStatement' || node.type === 'ConditionalExpression') watch(node.test);
  });
  let watched = code;
  for (const { at, text } of inserts.map((insert, order) => ({ ...insert, order })).sort(lastFirst))
    watched = watched.slice(0, at) + text + watched.slice(at);
  return `const $watched = { file: ${JSON.stringify(file)}, guards: ${JSON.stringify(guards)},
    true: new Uint8Array(${guards.length}), false: new Uint8Array(${guards.length}) };
(globalThis.watchedGuards ??= []).push($watched);
function $seen(guard, value) {
  $watched[value ? 'true' : 'false'][guard] = 1;
  return value;
}
${watched}`;
}

function lastFirst(one, other) {
  return other.at - one.at || other.order - one.order;
}

function visit(node, look) {
  if (Array.isArray(node)) for (const child of node) visit(child, look);
  else if (node !== null && typeof node === 'object') {
    if (typeof node.type === 'string') look(node);
    for (const child of Object.values(node)) visit(child, look);
  }
}
