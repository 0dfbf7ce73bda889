import 'reflect-metadata';
import { startEmulator } from '../../emulator';
import { runNode } from '../integration/harness';

/**
 * `npm run bench:upsert`: 1,000 items with 300 different phones in 12 forms against 5,000 contacts, once by reading
 * everything, once by a search for each phone. The emulator allows 7 requests a second and answers in 150 ms.
 */
const CONTACTS = 5_000;
const ITEMS = 1_000;
const PHONES = 300;
const LATENCY_MS = 150;

const number = (index: number) => `91${String(20_000_000 + index * 7_919).slice(-8)}`;
const grouped = (digits: string) => [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6, 8), digits.slice(8)] as const;

const FORMS: Array<(digits: string) => string> = [
	(d) => `+7${d}`,
	(d) => `8${d}`,
	(d) => d,
	(d) => `7${d}`,
	(d) => `007${d}`,
	(d) => `+8${d}`,
	(d) => grouped(d).join(' '),
	(d) => `8-${grouped(d).join('-')}`,
	(d) => `+7.${grouped(d).join('.')}`,
	(d) => `+7 (${grouped(d)[0]}) ${grouped(d).slice(1).join('-')}`,
	(d) => `8 (${grouped(d)[0]}) ${grouped(d).slice(1).join(' ')}`,
	(d) => `+7 ${grouped(d).join(' ')} доб. 5`,
];

/** Two thirds of the phones are in the account, each written in one of three ways. */
const wanted = Array.from({ length: PHONES }, (_, index) => (index % 3 === 2 ? CONTACTS + index : index * 10));

async function addContacts(url: string, token: string): Promise<void> {
	const contacts = Array.from({ length: CONTACTS }, (_, index) => ({
		name: `Contact ${index}`,
		custom_fields_values: [{ field_code: 'PHONE', values: [{ value: FORMS[[0, 1, 9][index % 3] as number]?.(number(index)) }] }],
	}));
	// One request after the other takes longer than the limit asks for.
	while (contacts.length > 0) {
		const answer = await fetch(`${url}/api/v4/contacts`, {
			method: 'POST',
			headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
			body: JSON.stringify(contacts.splice(0, 250)),
		});
		if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
		await new Promise((resolve) => setTimeout(resolve, 150));
	}
}

async function measure(lookup: 'auto' | 'search') {
	const emulator = await startEmulator({ seed: 'empty', latencyMs: LATENCY_MS });
	const account = { domain: emulator.url, ...emulator.issueToken(), ...emulator.integration };
	await addContacts(emulator.url, account.accessToken);
	const items = Array.from({ length: ITEMS }, (_, index) => ({
		phone: FORMS[index % FORMS.length]?.(number(wanted[index % PHONES] as number)),
		name: `Person ${index % PHONES}`,
	}));
	emulator.log.clear();
	const started = performance.now();
	const { rows, error } = await runNode({
		account,
		parameters: { resource: 'contact', operation: 'upsert', matchBy: 'phone', phone: '={{ $json.phone }}', name: '={{ $json.name }}', options: { lookup } },
		items,
	});
	const seconds = (performance.now() - started) / 1000;
	if (error) throw error;
	const actions = (action: string) => rows.filter(({ json }) => json.action === action && json.duplicate_of_item === undefined).length;
	const result = {
		lookup: lookup === 'auto' ? 'automatic (reads everything)' : 'search each phone',
		seconds: seconds.toFixed(1),
		requests: emulator.log.entries.length,
		'429s': emulator.log.entries.filter(({ status }) => status === 429).length,
		created: actions('created'),
		updated: actions('updated'),
		duplicates: emulator.account.contacts.size - CONTACTS - actions('created'),
	};
	await emulator.close();
	return result;
}

async function main(): Promise<void> {
	console.table([await measure('auto'), await measure('search')]);
}

void main();
