import { Client } from 'amocrm-js';
import { openRealHost, type RealHost } from '../realHost';
import { AMO_README, SAMPLE as AMO_SAMPLE, SECRETS as AMO_SECRETS } from './amoReadme';
import { only, testCalls } from './calls';
import type { JsClient } from './jsContext';
import { JS_README, SAMPLE as JS_SAMPLE, SECRETS as JS_SECRETS, type ReadmeContext } from './jsReadme';
import { addLeads, registerSample } from './readme';

/** The examples of both READMEs, taken from the installed packages. */

let host: RealHost;

beforeEach(() => {
	for (const method of ['log', 'error'] as const) jest.spyOn(console, method).mockImplementation(() => undefined);
});

afterEach(() => jest.restoreAllMocks());

afterAll(() => host.close());

describe('@shevernitskiy/amo', () => {
	beforeAll(async () => {
		host = await openRealHost();
		registerSample(host, 'mydomain', AMO_SAMPLE, AMO_SECRETS);
		await addLeads(host, [6969]);
	});

	testCalls(AMO_README, () => host);
});

describe('amocrm-js', () => {
	let context: ReadmeContext;

	beforeAll(async () => {
		await host.close();
		host = await openRealHost();
		registerSample(host, 'domain', JS_SAMPLE, JS_SECRETS);
		await addLeads(host, [123, 54_886]);
		const { account } = host.emulator;
		const pipeline = only(account.pipelines.values());
		account.pipelines.add({
			...pipeline,
			id: 47_521,
			is_main: false,
			statuses: pipeline.statuses.map((status) => ({ ...status, pipeline_id: 47_521 })),
		});
		account.lossReasons.add({ ...only(account.lossReasons.values()), id: 7323 });
		const auth = {
			client_id: JS_SAMPLE.clientId,
			client_secret: JS_SAMPLE.clientSecret,
			redirect_uri: JS_SAMPLE.redirectUri,
			bearer: JS_SECRETS.access,
		};
		context = { ...host, client: new Client({ domain: 'domain', auth }) as unknown as JsClient };
	});

	testCalls(JS_README, () => context);
});
