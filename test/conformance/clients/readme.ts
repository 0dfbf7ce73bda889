import { readFileSync } from 'node:fs';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import type { RealHost } from '../realHost';
import { only, type Call } from './calls';

/** The examples in a client's README, taken from the installed package and run as they stand. */

interface Example<Context> {
	title: string;
	fault?: string;
	uncovered?: string;
	run?(code: string, context: Context): void | Promise<void>;
}

/** One entry for each block of code of the README, in its order. */
export function readmeExamples<Context>(packageName: string, examples: readonly Example<Context>[]): Call<Context>[] {
	const readme = readFileSync(require.resolve(`${packageName}/README.md`), 'utf8');
	const blocks = [...readme.matchAll(/```(?:js|ts)\r?\n([\s\S]*?)```/g)].map(([, code = '']) => code);
	if (blocks.length !== examples.length)
		throw new Error(`${packageName}: ${blocks.length} examples in the README, ${examples.length} in the list`);
	return examples.map(({ title, run, ...rest }, index) => ({
		name: `${index + 1}. ${title}`,
		...rest,
		...(run ? { run: async (context: Context) => await run(blocks[index] ?? '', context) } : {}),
	}));
}

/** Runs a block with these names in scope; resolves to the values that it gave to `results`. */
export async function runBlock(code: string, scope: object, results: readonly string[] = []): Promise<Record<string, unknown>> {
	// An export makes it a module, where `await` may stand outside a function.
	const { outputText, diagnostics = [] } = transpileModule(`${code}\nexport {};`, {
		reportDiagnostics: true,
		compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 },
	});
	const [problem] = diagnostics;
	if (problem) throw new SyntaxError(String(problem.messageText));
	const names = { require, exports: {}, ...scope };
	const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor as new (
		...parts: string[]
	) => (...values: unknown[]) => Promise<unknown>;
	const run = new AsyncFunction(...Object.keys(names), `${outputText}\nreturn { ${results.join(', ')} };`);
	return (await run(...Object.values(names))) as Record<string, unknown>;
}

/** Makes the account the one of a README, with the integration, code and tokens that are written down there. */
export function registerSample(
	{ emulator }: RealHost,
	subdomain: string,
	integration: { clientId: string; clientSecret: string; redirectUri: string },
	secrets: { code: string; access: string; refresh?: string; stored?: string },
): void {
	const { world, account, clock } = emulator;
	account.info.subdomain = subdomain;
	const scopes = ['crm', 'files', 'notifications'];
	world.integrations.set(integration.clientId, { ...integration, name: 'README', scopes, enabled: true });
	const grant = () => ({
		clientId: integration.clientId,
		userId: only(account.users.keys()),
		scopes,
		expiresAt: clock.now() + 3_600_000,
		used: false,
	});
	world.tokens.codes.set(secrets.code, grant());
	world.tokens.access.set(secrets.access, grant());
	for (const token of [secrets.refresh, secrets.stored]) if (token !== undefined) world.tokens.refresh.set(token, grant());
}

/** Cards under the ids that a README names, copied from one that the account has. */
export async function addLeads({ emulator }: RealHost, ids: readonly number[]): Promise<void> {
	const { account } = emulator;
	const { accessToken } = emulator.issueToken();
	await fetch(`https://${account.info.subdomain}.amocrm.ru/api/v4/leads`, {
		method: 'POST',
		headers: { authorization: `Bearer ${accessToken}` },
		body: JSON.stringify([{ name: 'Sample' }]),
	});
	const sample = only(account.leads.values());
	for (const id of ids) account.leads.add({ ...sample, id });
}
