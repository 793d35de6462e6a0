import {
  type AddHelpTextContext,
  type AddHelpTextPosition,
  Command,
  type ErrorOptions,
  type HelpContext,
  type Option,
} from 'commander';
import { wrapHelp } from './wrap-help.ts';

/** Of a terminal that does not tell its width. */
const COLUMNS = 80;

/**
 * A command that says in its help which options are required, and misses one only after it has named an option that does
 * not exist: a mistyped one is both. Of a command that does not exist it says where those stand that do, and of an argument that is
 * missing, which option took a word that may have been meant for it.
 */
export class FerryCommand extends Command {
  readonly #required: Option[] = [];

  constructor(name?: string) {
    super(name);
    this.hook('preAction', () => this.#requireAll());
  }

  override createCommand(name?: string): FerryCommand {
    return new FerryCommand(name);
  }

  override addOption(option: Option): this {
    if (option.mandatory) {
      // Commander itself would look for it before it looks for options that do not exist.
      option.makeOptionMandatory(false);
      option.description += ' (required)';
      this.#required.push(option);
    }
    return super.addOption(option);
  }

  override addHelpText(position: AddHelpTextPosition, text: string | ((context: AddHelpTextContext) => string)): this {
    return super.addHelpText(position, (context) => {
      const said = typeof text === 'string' ? text : text(context);
      return wrapHelp(said, this.configureOutput().getOutHelpWidth?.() ?? COLUMNS);
    });
  }

  override error(message: string, options?: ErrorOptions): never {
    const more: Readonly<Record<string, () => string>> = {
      'commander.unknownCommand': () => `; \`${this.#path()} --help\` lists the commands`,
      'commander.missingArgument': () => this.#taken(),
    };
    return super.error(`${message}${more[options?.code ?? '']?.() ?? ''}`, options);
  }

  /** Commander shows the whole help, and no word of why, where that of a command is asked for that does not exist. */
  override help(context?: HelpContext): never;
  override help(change: (said: string) => string): never;
  override help(context?: ((said: string) => string) | HelpContext): never {
    const [asked, name] = this.args;
    const isUnknown = typeof context === 'object' && context.error && asked === 'help' && name !== undefined;
    if (isUnknown) this.parse([name], { from: 'user' });
    return super.help(context as HelpContext);
  }

  #path(): string {
    const names: string[] = [];
    for (let command: Command | null = this; command !== null; command = command.parent) names.unshift(command.name());
    return names.join(' ');
  }

  /** Of options that may stand alone, those that took the word behind them. */
  #taken(): string {
    const values = this.options
      .filter(({ optional }) => optional)
      .map((option) => ({ option, value: this.getOptionValue(option.attributeName()) }));
    const taken = values.flatMap(({ option, value }) =>
      typeof value === 'string' ? [`${option.long} took "${value}"`] : [],
    );
    return taken.length === 0 ? '' : `: ${taken.join(', ')} for its value; write the argument before it`;
  }

  #requireAll(): void {
    const missing = this.#required.find((option) => this.getOptionValue(option.attributeName()) === undefined);
    if (missing === undefined) return;
    this.error(`error: required option '${missing.flags}' not specified`, {
      code: 'commander.missingMandatoryOptionValue',
    });
  }
}
