import { type AddHelpTextContext, type AddHelpTextPosition, Command, type Option } from 'commander';
import { wrapHelp } from './wrap-help.ts';

/** Of a terminal that does not tell its width. */
const COLUMNS = 80;

/**
 * A command that says in its help which options are required, and misses one only after it has named an option that does
 * not exist: a mistyped one is both.
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

  #requireAll(): void {
    const missing = this.#required.find((option) => this.getOptionValue(option.attributeName()) === undefined);
    if (missing === undefined) return;
    this.error(`error: required option '${missing.flags}' not specified`, {
      code: 'commander.missingMandatoryOptionValue',
    });
  }
}
