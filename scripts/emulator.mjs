import { ensureDependencies } from './lib/setup.mjs';
import { emulatorCommand } from './lib/emulator.mjs';
import { runInForeground } from './lib/processes.mjs';

/** `npm run emulator`: the amoCRM emulator alone; every option goes to its own command line. */
await ensureDependencies();
const [command, args] = emulatorCommand(process.argv.slice(2));
process.exitCode = await runInForeground(command, args);
