/** What was typed cannot be meant; the message says what can. */
export class Mistake extends Error {}

const FLAGS = ['help', 'quick', 'only-defects'];
const TEXTS = ['layer', 'long', 'record', 'put-in'];

/**
 * Takes this program's own options out of the arguments, as `--name value` or `--name=value`, and leaves the others to the layer.
 *
 * @param layers the names of those that there are
 * @param defects the names of those that can be put in
 * @throws Mistake
 */
export function optionsIn(args, layers, defects) {
  const values = {};
  const rest = [];
  for (let at = 0; at < args.length; at++) {
    const [, name, value] = /^--([a-z-]+)(?:=(.*))?$/s.exec(args[at] === '-h' ? '--help' : args[at]) ?? [];
    if (FLAGS.includes(name) && value === undefined) values[name] = true;
    else if (TEXTS.includes(name)) values[name] = value ?? valueAfter(args, at++);
    else rest.push(args[at]);
  }
  if (values.help !== true) check(values, rest, layers, defects);
  return { values, rest };
}

function valueAfter(args, at) {
  const value = args[at + 1];
  if (value === undefined || value.startsWith('--')) throw new Mistake(`${args[at]} needs a value`);
  return value;
}

function check({ layer, long, quick, 'only-defects': onlyDefects, 'put-in': putIn }, rest, layers, defects) {
  const there = layers.join(', ');
  if (layer !== undefined && !layers.includes(layer))
    throw new Mistake(`there is no layer ${JSON.stringify(layer)}; there are: ${there}`);
  if (layer === undefined && rest.length > 0)
    throw new Mistake(`${rest[0]} is no option of all layers; one of a single layer needs --layer NAME, of: ${there}`);
  if (layer !== undefined && onlyDefects) throw new Mistake('--only-defects has no layers, and --layer no defects');
  if (putIn !== undefined && layer === undefined) throw new Mistake(`--put-in needs --layer NAME, of: ${there}`);
  if (putIn !== undefined && !defects.includes(putIn))
    throw new Mistake(
      `there is no defect ${JSON.stringify(putIn)}; there are: ${defects.map((name) => JSON.stringify(name)).join(', ')}`,
    );
  if (quick && long !== undefined) throw new Mistake('--quick and --long exclude each other');
  if (quick && onlyDefects) throw new Mistake('--quick has no defects, and --only-defects nothing else');
  if (long !== undefined && !(Number(long) > 0 && Number.isFinite(Number(long))))
    throw new Mistake(`--long takes minutes, a number above 0, not ${JSON.stringify(long)}`);
}

export const HELP = `Usage: npm run prove -- [options]

Shows that licenses are neither lost nor doubled: every layer, and then one defect after the other put into the rules, which
has to be noticed.

  --quick             no more of the layers than the test suite does, and no defects: about a minute
  --long MINUTES      no bound but the time, which is shared between the layers
  --only-defects      not the layers
  --layer NAME        only that one, without the defects: crash-points, exploration, hostile-bytes or seeded-worlds
  --record FILE       adds a line with the date for every row of the tables
  --help              this text

With --layer, to every layer:
  --size SIZE         quick, usual or long
  --minutes N         ends after that time, whatever the size
  --put-in DEFECT     puts one of test/prove/defects.json into the rules first: what comes is a finding

crash-points:
  --scenario NAME     only this one; may be repeated
  --seed N            what chance follows from; 1
  --step N, --cut N   only this piece of work of the scenario, and only this moment in it

exploration:
  --world NAME        only this one; may be repeated
  --state FOLDER      keeps what was explored; the next run goes on from there
  --checkpoint N      seconds between two savings of that; 60

hostile-bytes:
  --target NAME       only this one; may be repeated
  --input HEX         gives one input to the target, and tells what it does
  --seed N, --start N what inputs follow from, and the first of them; 1 and 0

seeded-worlds:
  --seed N            the history of one seed
  --replay HISTORY    one history, as a finding prints it
  --crypto KIND       only toy or real cryptography

A name that there is not is answered with those that there are.

Exit code 0: all is well. 1: something is wrong. 2: the command line is. 130: interrupted.

Examples:
  npm run prove -- --quick
  npm run prove -- --layer exploration --world "four devices, one way"
  npm run prove -- --layer seeded-worlds --seed 7
  npm run prove -- --layer hostile-bytes --minutes 5
  npm run prove -- --long 60 --record figures.jsonl
`;
