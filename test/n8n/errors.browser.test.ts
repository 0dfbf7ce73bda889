import type { INodeParameters } from 'n8n-workflow';
import type { Fault } from '../../emulator';
import { openBrowser, type Browser } from './browser';
import { executeStep, openNode, openWorkflow, signIn } from './editor';
import { CREDENTIAL_TYPE, NODE_TYPE, type Credential } from './run';
import { createCredential, openConnectedStage, type Stage } from './stage';

/**
 * Each kind of error as a person sees it in the panel of a manual run. n8n puts the description of the node under it.
 * Pictures are in `.work/screenshots/errors`.
 */

let stage: Stage & { credential: Credential };
let browser: Browser;
let deadCredential: Credential;

beforeAll(async () => {
	[stage, browser] = await Promise.all([openConnectedStage('errors', { language: 'en' }), openBrowser('errors')]);
	deadCredential = await createCredential(stage.n8n, 'http://localhost:9', { oauthTokenData: { access_token: 'none', refresh_token: 'none' } });
	await signIn(browser, stage.n8n);
});
afterAll(async () => {
	await browser?.close();
	await stage?.close();
});

const status = (code: number, body: object = {}): Fault['action'] => ({ kind: 'status', status: code, body });
const problem = { title: 'Bad Request', type: 'https://httpstatus.es/400', status: 400, detail: 'Request validation failed', 'validation-errors': [{ request_id: '0', errors: [{ code: 'NotSupportedChoice', path: 'price', detail: 'This value is not valid.' }] }] };

interface Case {
	parameters?: INodeParameters;
	action?: Fault['action'];
	isDead?: true;
	goesOn?: true;
	items?: number;
	says: RegExp;
}

const CREATE: INodeParameters = { resource: 'lead', operation: 'create', name: 'Deal' };
const FAST: INodeParameters = { options: { maxRetries: 0 } };

const CASES: Record<string, Case> = {
	value: { parameters: { ...CREATE, price: 'a lot' }, says: /'Price': 'a lot' is not an amount/ },
	name: { parameters: { ...CREATE, statusId: { __rl: true, mode: 'id', value: 'Talks' } }, says: /there is no stage 'Talks'/ },
	validation: { action: status(400, problem), says: /price/ },
	plan: { action: status(402), says: /plan/ },
	forbidden: { action: status(403), says: /amoCRM does not allow this/ },
	missing: { parameters: { resource: 'lead', operation: 'get', leadId: { __rl: true, mode: 'id', value: '99999999' } }, says: /99999999/ },
	tooMany: { parameters: { ...CREATE, ...FAST }, action: status(429), says: /too many requests/ },
	unreachable: { isDead: true, parameters: { ...CREATE, ...FAST }, says: /reach|connection/ },
	unknown: { parameters: { ...CREATE, ...FAST }, action: { kind: 'reset', when: 'after' }, items: 3, says: /not known|broke/ },
	rows: { parameters: { ...CREATE, price: '={{ $json.price }}' }, goesOn: true, items: 3, says: /a lot/ },
	// The last one: a credential that is refused is not tried again for a while.
	unauthorized: { action: status(401), says: /token|connect/i },
};

test.each(Object.entries(CASES))('%s', async (called, { parameters = CREATE, action, isDead, goesOn, items = 1, says }) => {
	const { client, url } = stage.n8n;
	stage.emulator.faults.clear();
	const { id } = await client.createWorkflow({
		name: `Error ${called}`,
		nodes: [
			{ id: 'start', name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, position: [0, 0], parameters: {} },
			{
				id: 'node', name: 'amoCRM', type: NODE_TYPE, typeVersion: 2, position: [250, 0],
				parameters: { authentication: 'oAuth2', ...parameters },
				credentials: { [CREDENTIAL_TYPE]: isDead ? deadCredential : stage.credential },
				...(goesOn ? { onError: 'continueRegularOutput' } : {}),
			},
		],
		connections: { Start: { main: [[{ node: 'amoCRM', type: 'main', index: 0 }]] } },
		pinData: { Start: Array.from({ length: items }, (_, index) => ({ json: { price: index === 1 ? 'a lot' : 100 } })) },
	});
	await openWorkflow(browser, url, id);
	await openNode(browser, 'amoCRM');
	if (action) stage.emulator.faults.add({ path: /^\/api\/v4\/leads/, times: Infinity, action });
	const output = await executeStep(browser);
	await browser.shot(called);
	expect(await output.innerText()).toMatch(says);
});
