import { Amo, ApiError, AuthError, HttpError, NoContentError } from '@shevernitskiy/amo';
import type { RealHost } from '../realHost';
import { readmeExamples, runBlock } from './readme';

/** The README of @shevernitskiy/amo. Its own sample names are good: the account is mydomain and knows its integration, code, tokens and lead 6969. */

export const SAMPLE = { clientId: '1111-2222-3333', clientSecret: 'myclientsecret', redirectUri: 'https://myredirect.org' };
export const SECRETS = { code: 'supersecretcode', access: 'megatoken', refresh: 'antohermegatoken', stored: 'of token.json' };

const INTEGRATION = { client_id: SAMPLE.clientId, client_secret: SAMPLE.clientSecret, redirect_uri: SAMPLE.redirectUri };

/** What the README calls auth_object and options_object. */
const OBJECTS = {
	auth_object: {
		...INTEGRATION,
		token_type: 'Bearer',
		expires_in: 86_400,
		access_token: SECRETS.access,
		refresh_token: 'unused',
		expires_at: Date.now() + 3_600_000,
	},
	options_object: { request_delay: 0 },
};

const client = () => new Amo('mydomain.amocrm.ru', OBJECTS.auth_object as never, OBJECTS.options_object);

const CONNECTS = 'does not parse: a semicolon inside the options object and one brace too many; without them the example connects';

/** The block does not parse as it stands; mended, its client reaches the account. */
async function connects(code: string, { emulator }: RealHost): Promise<void> {
	await expect(runBlock(code, { Amo })).rejects.toThrow(SyntaxError);
	const { amo } = await runBlock(code.replace('new_token);', 'new_token)').replace(/\},\s*\}\)/, '})'), { Amo }, ['amo']);
	expect((await (amo as Amo).account.getAccount()).id).toBe(emulator.account.info.id);
	expect(console.log).toHaveBeenCalledWith('New token obtained', expect.objectContaining({ token_type: 'Bearer' }));
}

/** A fragment of a call's parameters, as an object. */
const parameters = async (code: string) =>
	(await runBlock(`const parameters = { ${code.trim().replace(/;$/, '')} };`, {}, ['parameters'])).parameters as never;

export const AMO_README = readmeExamples<RealHost>('@shevernitskiy/amo', [
	{ title: 'Installation: Deno', uncovered: 'imports from a Deno address' },
	{
		title: 'Basic example',
		async run(code, { emulator }) {
			const spent = { ...OBJECTS.auth_object, expires_at: 1, refresh_token: SECRETS.stored };
			const files = new Map([['./token.json', JSON.stringify(spent)]]);
			const modules: Record<string, object> = {
				'node:fs': {
					readFileSync: (path: string) => files.get(path),
					writeFileSync: (path: string, text: string) => files.set(path, text),
				},
				'@shevernitskiy/amo': { Amo, ApiError, AuthError },
			};
			await runBlock(code, { require: (name: string) => modules[name] });
			expect(console.error).not.toHaveBeenCalled();
			expect(console.log).toHaveBeenCalledWith(
				expect.objectContaining({ id: emulator.account.info.id, amojo_id: emulator.account.info.amojo_id }),
			);
			expect(JSON.parse(files.get('./token.json') ?? '')).toMatchObject({ token_type: 'Bearer', refresh_token: expect.any(String) });
		},
	},
	{
		title: 'Creating client instance',
		async run(code) {
			const { amo } = await runBlock(code, { Amo, ...OBJECTS }, ['amo']);
			expect(await (amo as Amo).account.getAccount()).toMatchObject({ subdomain: 'mydomain' });
		},
	},
	{ title: 'Auth by code', fault: CONNECTS, run: connects },
	{ title: 'Auth by existing token', fault: CONNECTS, run: connects },
	{ title: 'Making requests: the schema', uncovered: 'no code, but a pattern' },
	{
		title: 'Making requests: a lead',
		async run(code) {
			const { lead } = await runBlock(code, { amo: client() }, ['lead']);
			expect(lead).toMatchObject({ id: 6969 });
		},
	},
	{
		title: 'With',
		async run(code) {
			expect(await client().account.getAccount(await parameters(code))).toMatchObject({
				drive_url: expect.any(String),
				_embedded: { amojo_rights: expect.anything(), datetime_settings: expect.anything() },
			});
		},
	},
	{ title: 'Order', run: async (code) => expect((await client().lead.getLeads(await parameters(code)))._embedded.leads[0]?.id).toBe(6969) },
	{
		title: 'Filter',
		async run(code) {
			await expect(client().lead.getLeads(await parameters(code))).rejects.toThrow('204 No Content');
		},
	},
	{ title: 'Webhooks: the signature', uncovered: 'no code, but a type' },
	{
		title: 'Webhooks: handling',
		fault: 'starts, but the handler reads JSON where amoCRM sends a form, so that no event is ever emitted',
		async run(code, { domain }) {
			const serve = jest.fn<void, [object, (request: Request) => Promise<Response>]>();
			await runBlock(code, { Amo, ...OBJECTS, Deno: { serve } });
			const [[options, handler]] = serve.mock.calls as [[object, (request: Request) => Promise<Response>]];
			expect(options).toEqual({ port: 4545 });
			const hook = new Request(`https://${domain}`, { method: 'POST', body: new URLSearchParams({ 'leads[status][0][id]': '6969' }) });
			await expect(handler(hook)).rejects.toThrow('is not valid JSON');
		},
	},
	{
		title: 'Error handling',
		fault:
			'reads the lead, but does not await it, so that no error reaches the catch; and none of the error classes survives instanceof in the npm build',
		async run(code, { emulator }) {
			const answered = new Promise((resolve) => emulator.log.onAnswer(resolve));
			await runBlock(code, { Amo, ...OBJECTS, ApiError, AuthError, HttpError, NoContentError });
			expect(await answered).toMatchObject({ path: '/api/v4/leads/6969', status: 200 });
			const error = await client()
				.lead.getLeadById(1)
				.catch((reason: unknown) => reason);
			expect([error instanceof Error, error instanceof NoContentError]).toEqual([true, false]);
		},
	},
]);
