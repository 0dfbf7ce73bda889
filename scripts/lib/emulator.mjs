import { join } from 'node:path';
import { root } from './paths.mjs';

/** The integration that the emulator's account knows. These are no secrets: they open nothing but the emulator. */
export const demoIntegration = {
	clientId: '11111111-2222-4333-8444-555555555555',
	clientSecret: 'demo-secret-of-the-amocrm-emulator-not-for-production-use-0123456789',
};

/** The emulator is TypeScript and runs as it is, through tsx, in one process (started in the repository's folder). */
export function emulatorCommand(args) {
	return [process.execPath, ['--require', 'tsx/cjs', join(root, 'emulator', 'cli.ts'), ...args]];
}
