import type { LocatorTarget } from './locator';
import { CATALOGS, CURRENCIES, CUSTOMER_SEGMENTS, CUSTOMER_STATUSES, FIELD_PLACES, fieldGroupSource, PIPELINES, ROLES, STAGES, USERS } from './sources';
import { labelKey, unwrapLocator } from './values';

/** What the pickers of linked records pick. */

export const BOT: LocatorTarget = { noun: 'bot', listSearchMethod: 'searchSalesbots', linkPaths: [] };

/** Elements of a list have its link before theirs. */
export const CATALOG: LocatorTarget = { noun: 'list', listSearchMethod: 'searchCatalogs', linkPaths: ['catalogs', 'api/v4/catalogs'], linkRest: '(?:/(?:detail|elements)(?:/\\d+)?)?', example: 'Products', source: CATALOGS };

export const COMPANY: LocatorTarget = { noun: 'company', listSearchMethod: 'searchCompanies', linkPaths: ['companies/detail', 'api/v4/companies'] };

export const CONTACT: LocatorTarget = { noun: 'contact', listSearchMethod: 'searchContacts', linkPaths: ['contacts/detail', 'api/v4/contacts'] };

export const CUSTOMER: LocatorTarget = { noun: 'customer', listSearchMethod: 'searchCustomers', linkPaths: ['customers/detail', 'api/v4/customers'] };

export const CUSTOMER_STATUS: LocatorTarget = { noun: 'status', listSearchMethod: 'searchCustomerStatuses', linkPaths: [], example: 'Loyal', source: CUSTOMER_STATUSES };

/** An element when its list is known: a link must lead to that list. */
export const elementOf = (catalogId: number | '\\d+'): LocatorTarget => ({
	noun: 'element',
	listSearchMethod: 'searchCatalogElements',
	linkPaths: [`catalogs/${catalogId}/detail`, `api/v4/catalogs/${catalogId}/elements`],
});

/** An element of any list. */
export const ELEMENT = elementOf('\\d+');

/** Known by its ISO code. */
export const CURRENCY: LocatorTarget = { noun: 'currency', listSearchMethod: 'searchCurrencies', linkPaths: [], hasTextIds: true, example: 'USD', source: CURRENCIES };

/** Where a field of linked records looks for them: among cards of some kinds, or in one list. */
export const FIELD_PLACE: LocatorTarget = { noun: 'place', listSearchMethod: 'searchFieldPlaces', linkPaths: [], hasTextIds: true, example: 'contacts', source: FIELD_PLACES };

/**
 * The UUID of a file in its links, of its contents and of the API, and behind it that of one version where there is one; that
 * of the account stands before it in the first.
 */
export const FILE_LINK = /^https?:\/\/[^/]+\/(?:download\/[\w-]+|v1\.0\/files|api\/v4\/files)\/([\da-f-]{36})(?:\/([\da-f-]{36}))?(?:[/?#]|$)/i;

/** Of the account's storage. */
export const FILE: LocatorTarget = { noun: 'file', listSearchMethod: 'searchFiles', linkPaths: [], hasTextIds: true, example: '12345678-1234-4234-8234-123456789012', textLink: FILE_LINK };

export const GROUP: LocatorTarget = { noun: 'group', listSearchMethod: 'searchCustomFieldGroups', linkPaths: [], hasTextIds: true, example: 'Delivery', source: ({ path = '' }) => fieldGroupSource(path) };

export const LEAD: LocatorTarget = { noun: 'lead', listSearchMethod: 'searchLeads', linkPaths: ['leads/detail', 'api/v4/leads'] };

export const NOTE: LocatorTarget = { noun: 'note', listSearchMethod: 'searchNotes', linkPaths: ['api/v4/[a-z]+/notes'] };

export const PIPELINE: LocatorTarget = { noun: 'pipeline', listSearchMethod: 'searchPipelines', linkPaths: ['leads/pipeline', 'api/v4/leads/pipelines'], example: 'Sales', source: PIPELINES };

export const ROLE: LocatorTarget = { noun: 'role', listSearchMethod: 'searchRoles', linkPaths: [], example: 'Manager', source: ROLES };

export const SEGMENT: LocatorTarget = { noun: 'segment', listSearchMethod: 'searchCustomerSegments', linkPaths: [], example: 'VIP', source: CUSTOMER_SEGMENTS };

export const TALK: LocatorTarget = { noun: 'talk', listSearchMethod: 'searchTalks', linkPaths: ['api/v4/talks'] };

/** Known by its pipeline and its ID, as 142 and 143 exist in every pipeline. */
export const STAGE: LocatorTarget = { noun: 'stage', listSearchMethod: 'searchStages', linkPaths: [], hasTextIds: true, example: 'Negotiation', source: STAGES };

export const TASK: LocatorTarget = { noun: 'task', listSearchMethod: 'searchTasks', linkPaths: ['api/v4/tasks'] };

export const USER: LocatorTarget = { noun: 'user', listSearchMethod: 'searchUsers', linkPaths: [], example: 'Anna Smith', source: USERS };

export interface RecordTarget extends LocatorTarget {
	/** As parameters name it. */
	type: string;
}

const recordTarget = (type: string, noun: string): RecordTarget => ({
	type,
	noun,
	listSearchMethod: 'searchLinkedRecords',
	linkPaths: [`${type}/detail`, `api/v4/${type}`],
});

/** The same kinds as choices call them. */
export const RECORD_NAMES = { companies: 'Company', contacts: 'Contact', customers: 'Customer', leads: 'Lead' };

/** The kinds of records that have tasks and notes. */
export const RECORDS = [recordTarget('leads', 'lead'), recordTarget('contacts', 'contact'), recordTarget('companies', 'company'), recordTarget('customers', 'customer')];

/** A record of the type that is chosen beside its picker. */
export const RECORD: LocatorTarget = { noun: 'record', listSearchMethod: 'searchLinkedRecords', linkPaths: RECORDS.flatMap(({ linkPaths }) => linkPaths) };

const kindOf = (type: unknown): RecordTarget | undefined => RECORDS.find((record) => [record.type, record.noun].includes(labelKey(String(unwrapLocator(type)))));

/** The type of records by its name too: "Lead" is "leads". */
export const recordType = (type: unknown): unknown => kindOf(type)?.type ?? unwrapLocator(type);

/** `RECORD` when its type is known: a link must lead to that type. */
export const recordOf = (type: unknown): LocatorTarget => kindOf(type) ?? RECORD;

/** Notes of each kind of records. */
export const NOTES = RECORDS.map(({ type }): RecordTarget => ({ ...NOTE, type, linkPaths: [`api/v4/${type}/notes`] }));
