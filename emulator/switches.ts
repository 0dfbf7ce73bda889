/**
 * One named switch for every fact where the sources disagree or nobody has measured: the default is what live
 * accounts are believed to do, and where that is not known what is safer to build a client against.
 */
export interface Switches {
	isApiFilterEnabled: boolean;
	freeFilterById: boolean;
	strictRefreshRedirectUri: boolean;
	garbageRefreshTokenStatus: 400 | 401;
	badClientSecretStatus: 400 | 401;
	allowBasicClientAuth: boolean;
	redirectCarriesClientId: boolean;
	missingTaskStatus: 204 | 404;
	missingOtherStatus: 204 | 404;
	emptyLinksStatus: 200 | 204;
	roleUsers: 'ids' | 'users';
	nextLink: 'exact' | 'full' | 'always';
	shortPages: number;
	unknownBodyFields: 'nested' | 'reject' | 'ignore';
	nullsInBodies: 'ignore' | 'reject';
	batchOverLimit: 'reject' | 'accept';
	nameFilter: 'exact' | 'partial';
	nullTagsClear: boolean;
	multitextEnumKey: 'enum_code' | 'enum' | 'both';
	autoClosedAt: boolean;
	patchEchoesRequestId: boolean;
	customFieldsPageSize: 50 | 250;
	eventsPageMax: 100 | 250;
	eventsShowLate: number;
	rateLimitBody: 'html' | 'json' | 'json_retry_after';
	tasksDelete: 403 | 405;
	contactEmbedsOnCreate: 'reject' | 'ignore';
	embedsOnUpdate: 'reject' | 'ignore';
	unpaid: false | 'writes' | 'all';
	unsortedDuplicates: 'accept' | 'reject';
	unsortedLink: 'chats' | 'chats_mail';
	customers: ProductAccess;
	buttonsTakeSeconds: number;
	phoneFilter: 'works' | 'ignored';
	numericReadAs: 'string' | 'number';
	dateFieldMidnight: boolean;
	webhookSettingsShape: 'array' | 'map';
	webhookPostStatus: 200 | 201;
	webhookRepost: 'replace' | 'merge';
	webhookAccountKeys: 'last' | 'first';
	webhookTimeoutStatus: 0 | 499;
	unmatchedCall: 'errors' | 'status400';
	filesDeleteStatus: 200 | 204;
	fieldsPostStatus: 200 | 201;
	transactionsKey: 'transactions' | 'customers';
	fieldPatchEnumsShape: 'array' | 'object';
	talkCloseStatus: 200 | 202;
	maxSources: 50 | 100;
	botsInV4: boolean | 'listed';
	events: ProductAccess;
	talks: ProductAccess;
	talkHistory: ProductAccess;
	talkHistoryPaging: 'time' | 'page';
	talkSending: ProductAccess;
	talkQuota: number;
	npsOnClose: boolean;
	aiAgents: ProductAccess | 404;
	agentsOfIntegration: number;
	driveQuota: number;
	drivePartSize: number | 'changes';
	requiredStatusFieldsEnforced: boolean;
	emptyFieldValuesClear: boolean;
	webhooksForUnsortedLeads: boolean;
	duplicateControl: boolean;
	duplicateFields: string;
	rolesEnforced: boolean;
	textTakesNumbers: boolean;
	nullEnumKeys: 'accept' | 'reject';
}

/** What the account has bought and the token may use; otherwise the status that refuses: 402 without the product, 403 without the scope. */
export type ProductAccess = 'on' | 402 | 403;

interface SwitchDoc<K extends keyof Switches> {
	default: Switches[K];
	facts: string;
	text: string;
	/** The position that live accounts are believed to have, and why. */
	live: string;
}

export const SWITCHES: { [K in keyof Switches]: SwitchDoc<K> } = {
	isApiFilterEnabled: {
		default: true,
		facts: 'core 3.6',
		text: 'paid list filters; off = filter[...] silently ignored on leads, contacts, companies, customers',
		live: 'either: the account says which (with=is_api_filter_enabled)',
	},
	freeFilterById: {
		default: false,
		facts: 'core 3.6',
		text: 'with the paid filters off, filter[id] still works',
		live: 'not known: without the option unfiltered rows come back, whether filter[id] is an exception nobody has measured',
	},
	strictRefreshRedirectUri: {
		default: true,
		facts: 'core 2.4',
		text: 'the refresh grant demands the registered redirect_uri',
		live: 'true: documented as required, and failing refreshes were cured by it; no captured refusal proves it',
	},
	garbageRefreshTokenStatus: {
		default: 401,
		facts: 'core 2.7',
		text: 'status for a refresh token that cannot be decrypted',
		live: 'not known: 400 and 401 are both possible, both mean a new consent',
	},
	badClientSecretStatus: {
		default: 401,
		facts: 'core 2.7',
		text: 'wrong client_secret: 401 client authentication failed or 400 with a hint',
		live: '401 where id, secret and redirect do not fit each other (two reports); 400 with a hint for a bad secret in published handling',
	},
	allowBasicClientAuth: {
		default: false,
		facts: 'core 2.4',
		text: 'client id and secret may come as HTTP Basic',
		live: 'not known: packages of n8n send it so, the documents know the body only',
	},
	redirectCarriesClientId: {
		default: true,
		facts: 'core 2.3',
		text: 'the redirect back carries client_id',
		live: 'true: seen, not documented',
	},
	missingTaskStatus: {
		default: 404,
		facts: 'core 3.2',
		text: 'GET of an unknown task',
		live: 'not known: the documents are silent, 404 was seen for some records',
	},
	missingOtherStatus: {
		default: 404,
		facts: 'core 3.2',
		text: 'GET of an unknown note, pipeline, status, loss reason, user, custom field',
		live: 'not known: the documents are silent, 404 was seen for some records',
	},
	emptyLinksStatus: {
		default: 200,
		facts: 'core 3.2',
		text: 'GET links of an entity without links: 200 with an empty list or 204',
		live: 'not known: 200 with an empty list or 204',
	},
	roleUsers: {
		default: 'ids',
		facts: 'extended 6',
		text: 'with=users of roles: ids, or whole users',
		live: 'ids: the documents of both sites say so; the official client reads whole users and cannot read ids',
	},
	nextLink: {
		default: 'exact',
		facts: 'core 3.3',
		text: 'pages of lists that do not count their rows have a next link where more rows follow, after every full page, or always; one too many leads to 204',
		live: 'not known: in 2021 the maintainer of the official client said that such lists always have one, in 2023 a page without one was reported',
	},
	shortPages: {
		default: 0,
		facts: 'extended 12',
		text: 'no page has more rows than this, whatever is asked for, and none has a next link; 0: pages are as long as asked for',
		live: '0: the maintainer of the official client said in 2021 that a page shorter than asked for is the last; in 2023 the first 100 of 137 elements of a list came without a next link',
	},
	unknownBodyFields: {
		default: 'nested',
		facts: 'extended 12',
		text: 'unknown keys of a body: 400 FieldNotExpected only inside tags and the metadata of links, everywhere, or nowhere',
		live: 'nested: FieldNotExpected was seen live only inside tags, the metadata of links and enum_code; clients in production send whole records back',
	},
	nullsInBodies: {
		default: 'ignore',
		facts: 'extended 12',
		text: 'null in a body where a value may be left out and no null is known: nothing, or 400 InvalidType',
		live: 'ignore: the words of the refusals are those of Symfony’s validator, which lets null pass but where it must not be; one refusal of null is known live, of the request_id of calls, in just those words; clients in production send null for what they have not set',
	},
	batchOverLimit: {
		default: 'reject',
		facts: 'core 3.8',
		text: 'more items than the documented maximum in one batch',
		live: 'not known: the limit is documented, the answer beyond it is not',
	},
	nameFilter: {
		default: 'exact',
		facts: 'core 3.6',
		text: 'filter[name] compares whole names or parts',
		live: 'not known: nobody has told whole names from parts',
	},
	nullTagsClear: {
		default: true,
		facts: 'core 14.3',
		text: '_embedded.tags: null clears the tags (documented) or leaves them alone (measured once)',
		live: 'not known: the documents and the official client clear by null, one measurement left the tags alone',
	},
	multitextEnumKey: {
		default: 'enum_code',
		facts: 'core 15.2',
		text: 'key of the phone/email kind on read',
		live: 'enum_code: the official client reads it; samples of the documents have enum',
	},
	autoClosedAt: {
		default: true,
		facts: 'core 5.4',
		text: 'closed_at set on 142/143 and cleared on reopening',
		live: 'not known: neither filling nor emptying is confirmed',
	},
	patchEchoesRequestId: {
		default: false,
		facts: 'core 3.11',
		text: 'PATCH leads/contacts/companies echo request_id (tasks always do)',
		live: 'false: samples of PATCH have none, those of tasks have one',
	},
	customFieldsPageSize: {
		default: 50,
		facts: 'extended 2.1',
		text: 'largest page of custom field lists',
		live: 'not known: the documents say both 50 and 250; 50 is safe to page by',
	},
	eventsPageMax: {
		default: 100,
		facts: 'extended 5.1',
		text: 'largest page of events (amoCRM 100, Kommo 250)',
		live: '100 on amoCRM, 250 in the documents of Kommo',
	},
	eventsShowLate: {
		default: 0,
		facts: 'extended 5.1',
		text: 'seconds until an event shows in the history, at most: each takes its own time',
		live: 'not known: nobody has measured how soon an event can be read',
	},
	rateLimitBody: {
		default: 'html',
		facts: 'core 3.7',
		text: 'body of a 429',
		live: 'html: several reports, and the official client has a branch for it; retry_after is one comment',
	},
	tasksDelete: {
		default: 403,
		facts: 'core 12',
		text: 'DELETE of a task: 403 Invalid scope (measured) or 405',
		live: '403: measured',
	},
	contactEmbedsOnCreate: {
		default: 'ignore',
		facts: 'core 9',
		text: '_embedded.companies / leads inside POST /contacts and /companies',
		live: 'ignore: links go by routes of their own, and live refusals of keys are known only for tags, metadata of links and enum_code',
	},
	embedsOnUpdate: {
		default: 'ignore',
		facts: 'core 5.4',
		text: 'links in _embedded of a PATCH; empty lists always pass',
		live: 'ignore: records go back whole as they were read, and live refusals of keys are known only for tags, metadata of links and enum_code',
	},
	unpaid: {
		default: false,
		facts: 'core 3.9',
		text: '402: subscription ended for writes, or for everything',
		live: 'false while the account is paid; afterwards writes stop at once, reads survive 30 days (seen)',
	},
	unsortedDuplicates: {
		default: 'accept',
		facts: 'core 6.3',
		text: 'the same source_uid twice',
		live: 'accept: measured, against the documents',
	},
	unsortedLink: {
		default: 'chats_mail',
		facts: 'core 6.1',
		text: 'which incoming leads can be linked to a card: of chats only, or of mail too; forms and calls never',
		live: 'chats_mail: the official client links both, the documents speak of chats',
	},
	customers: {
		default: 'on',
		facts: 'extended 4',
		text: 'customers are there: on; 402 where the plan has none (customers_mode is then unavailable), 403',
		live: 'on; 402 is documented for PATCH /customers/mode. That customers which are switched off answer 422 everywhere is a guess',
	},
	buttonsTakeSeconds: {
		default: 2,
		facts: 'extended 7.4',
		text: 'seconds until a new website button has its button_id and script',
		live: 'some seconds: creating is asynchronous by the documents, how long is not known',
	},
	phoneFilter: {
		default: 'works',
		facts: 'extended 12',
		text: 'filter[custom_fields_values] by phones and e-mails works or is ignored',
		live: 'works: an example of a maintainer uses it; the documents do not list it',
	},
	numericReadAs: {
		default: 'string',
		facts: 'core 15.2',
		text: 'numeric custom field values on read',
		live: 'string: samples of the documents',
	},
	dateFieldMidnight: {
		default: true,
		facts: 'extended 2.3',
		text: 'date values are moved to midnight in the account timezone',
		live: 'true: a date is stored as a moment, midnight of the account; how far others are moved is not confirmed',
	},
	webhookSettingsShape: {
		default: 'array',
		facts: 'extended 1.1',
		text: 'settings in the POST /webhooks answer: array or {code:1} map',
		live: 'map in the one live answer to POST that is published, array in the samples and in every GET',
	},
	webhookPostStatus: {
		default: 200,
		facts: 'extended 1.1',
		text: 'status of POST /webhooks',
		live: '200: a live probe on amocrm.ru and the documents of Kommo; some digests say 201',
	},
	webhookRepost: {
		default: 'replace',
		facts: 'extended 1.1',
		text: 'POST with a known destination replaces or merges settings',
		live: 'not known: documented as an update, not how',
	},
	webhookAccountKeys: {
		default: 'last',
		facts: 'extended 1.3',
		text: 'account[...] keys at the end (leads, notes) or first (messages)',
		live: 'last for leads and notes, first for messages, in published hooks',
	},
	webhookTimeoutStatus: {
		default: 499,
		facts: 'extended 1.5',
		text: 'what a receiver that did not answer in 2 s counts as: 499 is tried five times, 0 three',
		live: 'not known: 499 fits the fourth and fifth attempt, which are for it and for 5xx only',
	},
	unmatchedCall: {
		default: 'status400',
		facts: 'extended 7.1',
		text: 'calls that all match nobody: 200 with errors or 400 with errors',
		live: 'status400: two reports of a whole batch without a card; beside calls that matched, 200 with errors (not confirmed)',
	},
	filesDeleteStatus: {
		default: 204,
		facts: 'extended 8',
		text: 'DELETE of drive files',
		live: '204: the official client expects it; a digest says 200 with an empty object',
	},
	fieldsPostStatus: {
		default: 200,
		facts: 'extended 2.1',
		text: 'status of POST custom_fields',
		live: 'not known: 200 and 201 are both documented',
	},
	transactionsKey: {
		default: 'transactions',
		facts: 'extended 4',
		text: 'embedded key of the POST transactions answer',
		live: 'transactions: the official client reads that key; the sample of the documents has customers',
	},
	fieldPatchEnumsShape: {
		default: 'array',
		facts: 'extended 2.2',
		text: 'enums in a PATCH custom_fields batch answer',
		live: 'not known: the sample of a batch has an object, everything else arrays',
	},
	talkCloseStatus: {
		default: 202,
		facts: 'extended 7.2',
		text: 'status of closing a talk',
		live: '202: documents and clients',
	},
	maxSources: {
		default: 50,
		facts: 'extended 7.3',
		text: 'sources of one integration',
		live: 'not known: 50 of the account by a client, 100 of the integration by a digest of Kommo',
	},
	botsInV4: {
		default: true,
		facts: 'extended 7.7',
		text: '/api/v4/bots exists; false: 404; listed: bots are listed, but run and stop answer 405 without a body',
		live: 'true: three independent clients use it in 2026; one user reports that run is missing on amocrm.ru',
	},
	events: {
		default: 'on',
		facts: 'extended 5.1',
		text: 'the history of events can be read: on, 402 where the plan has none, 403',
		live: 'on: 402 is documented for plans without it',
	},
	talks: {
		default: 'on',
		facts: 'extended 7.2',
		text: 'reading and closing talks: on, 402 without the product, 403 without the right',
		live: 'on: three clients of 2026 list talks on both sites; 402 and 403 are documented',
	},
	talkHistory: {
		default: 'on',
		facts: 'extended 7.2',
		text: 'messages of a talk can be read: on, 402, or 403 without the scope of external chat history',
		live: 'on in Kommo (documented in July 2026); 403 on amocrm.ru, seen by one author in September 2026',
	},
	talkHistoryPaging: {
		default: 'time',
		facts: 'extended 7.2',
		text: 'messages of a talk know only filter[created_at] (page is ignored, no next link), or pages as well',
		live: 'not known: the documents name the filter by time alone',
	},
	talkSending: {
		default: 'on',
		facts: 'extended 7.2',
		text: 'messages can be sent to a talk: on, 402, or 403 without the scope of sending to external chats',
		live: 'on in Kommo (documented in July 2026); 403 on amocrm.ru, seen by the same author',
	},
	talkQuota: {
		default: 500,
		facts: 'extended 7.2',
		text: 'messages that may be sent through the API before 402 Over chat API limit',
		live: '500 (Pro, Enterprise); trial 100, technical accounts 10,000; over what time is not known, here over the life of the account',
	},
	npsOnClose: {
		default: false,
		facts: 'extended 7.2',
		text: 'closing without force_close lets the NPS bot ask first: the talk stays in work as nps_scheduled',
		live: 'false: the NPS bot asks only where an administrator has turned it on',
	},
	aiAgents: {
		default: 'on',
		facts: 'extended 7.10',
		text: '/amma/agents: on, 402 without Amma, 403 without its scope, 404 where the site has no Amma',
		live: 'on or 402 on amocrm.ru (August 2026), 404 in Kommo, which has no Amma',
	},
	agentsOfIntegration: {
		default: 2,
		facts: 'extended 7.10',
		text: 'AI agents that one integration may have; an account may have 10, or as many as that',
		live: '2: a client that cites the page of the vendor',
	},
	driveQuota: {
		default: 10_737_418_240,
		facts: 'extended 8',
		text: 'bytes that the drive holds; an upload beyond them is refused with 402',
		live: '10 GB on trial, more by tariff; the status of the refusal is not known',
	},
	drivePartSize: {
		default: 524_288,
		facts: 'extended 8',
		text: "bytes that one part of an upload may have; 'changes': 524288 and 131072 in turns, session by session; lowered while a session goes on, larger parts are refused with 413",
		live: '524288 and 131072 are both printed; a client reads it from each session',
	},
	requiredStatusFieldsEnforced: {
		default: false,
		facts: 'core 15.2',
		text: 'fields required on a stage are enforced on API writes',
		live: 'false: not confirmed',
	},
	emptyFieldValuesClear: {
		default: false,
		facts: 'core 15.1',
		text: 'values: [] clears a custom field as null does, or is refused',
		live: 'false: a client tests it against a live account in 2026: [] is refused, null clears',
	},
	textTakesNumbers: {
		default: false,
		facts: 'core 15.2',
		text: 'text-like custom fields take JSON numbers',
		live: 'not known: refusing is the safer one to build against',
	},
	nullEnumKeys: {
		default: 'accept',
		facts: 'core 15.2',
		text: 'enum_id: null and enum_code: null next to a value',
		live: 'accept: the official client always sends them; one report names a refusal of a null enum_code',
	},
	duplicateControl: {
		default: false,
		facts: 'core 5.5',
		text: 'leads/complex merges into an open lead with the same phone or email (admin setting, off by default)',
		live: 'false: an administrator switches it on for a source',
	},
	duplicateFields: {
		default: '',
		facts: 'core 5.5',
		text: 'what else duplicate control compares: ids or codes of text and number fields of the lead or of its main contact, with commas',
		live: 'phone and email, and what an administrator has chosen besides: none unless set',
	},
	rolesEnforced: {
		default: true,
		facts: 'extended 6',
		text: "the rights of the calling user's role decide what it reads and writes; off: everybody may everything that is not for administrators",
		live: 'true: a token has the rights of its user; 403 for one row and its absence from lists are believed, not measured',
	},
	webhooksForUnsortedLeads: {
		default: false,
		facts: 'extended 1.5',
		text: 'add_lead fires for the lead inside an incoming lead before it is accepted',
		live: 'false: one report of the years before',
	},
};

export function defaultSwitches(overrides: Partial<Switches> = {}): Switches {
	const defaults = Object.fromEntries(Object.entries(SWITCHES).map(([name, doc]) => [name, doc.default]));
	return { ...(defaults as unknown as Switches), ...overrides };
}
