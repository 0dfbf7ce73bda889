import type { ChoiceContext } from './choices';

/** How people in the account's country write numbers and dates, and how they work: it decides what a value alone leaves open. */
export interface Conventions {
	/** Separators of the account's country and of the country of its currency, as far as they are known. */
	separators: Array<{ group?: string; decimal?: string }>;
	/** Whether `02/07/2026` is the 2nd of July rather than the 7th of February; absent when it is not known. */
	dayFirst?: boolean;
	/** ISO code of the account's country; absent when it is not known. */
	country?: string;
	/** How the account has its customers, as amoCRM calls it; absent when it is not known. */
	customersMode?: string;
}

/** What the meaning of a value depends on. */
export interface AccountContext extends ChoiceContext {
	/** Address of the account: links of other accounts are refused. */
	accountUrl: string;
	/** Decide what a written number or date leaves open. */
	conventions?: () => Conventions;
}

/** What an account says about itself, in ISO codes such as `BR`, `BRL` and `pt`; `userId` is whom the credential stands for. */
export type AccountFacts = Partial<
	Record<'country' | 'currency' | 'language' | 'customersMode' | 'timezone' | 'driveUrl' | 'userId' | 'invoicesLanguage', string>
>;

/** Thrown where a value depends on what the account says, and that was not read yet or may be old: read it and encode the value again. */
export class AccountNeeded extends Error {
	constructor(readonly read: () => Promise<void>) {
		super('the account has to be read first');
	}
}

/** Reads; asks the account for what that needs and nobody in this run has asked for yet: seldom, and each thing once. */
export async function readWithAccount<T>(read: () => T | Promise<T>): Promise<T> {
	for (;;) {
		try {
			return await read();
		} catch (error) {
			await accountFor(error);
		}
	}
}

/** Reads what was needed; any other error goes on. */
async function accountFor(error: unknown): Promise<void> {
	if (!(error instanceof AccountNeeded)) throw error;
	await error.read();
}

/** Where a country's likeliest language is not the one that business is done in. */
const LANGUAGES: Record<string, string> = { KG: 'ru', PY: 'es' };

/** Currencies that many countries use beside their own: they say nothing where the country is known. */
const SHARED = ['USD', 'EUR'];

/**
 * The country decides; without it the currency (by the country in its code) and the language. The currency of another
 * country makes open what the two would read differently. English has no order of day and month of its own, and Spanish
 * no separators. Source of what is usual where: Unicode CLDR, as the runtime has it.
 */
export function conventionsFrom({ country, currency, language, customersMode }: AccountFacts): Conventions {
	const ofCurrency = currency === undefined || (country !== undefined && SHARED.includes(currency)) ? undefined : localeOf(currency.slice(0, 2));
	const own = country === undefined ? undefined : localeOf(country);
	const spoken = own === undefined && language !== undefined ? known(language) : undefined;
	const forNumbers = [own, ofCurrency, spoken?.startsWith('es') ? undefined : spoken];
	const forDates = own ?? (spoken?.startsWith('en') ? undefined : spoken);
	return { separators: forNumbers.flatMap((locale) => locale ?? []).map(separatorsOf), dayFirst: forDates === undefined ? undefined : isDayFirst(forDates), country, customersMode };
}

/** The locale of a country, such as `pt-BR`; nothing for what is no country (`EU`, `XA`) or not known to the runtime. */
function localeOf(country: string): string | undefined {
	if (!/^[A-Z]{2}$/i.test(country) || /^(?:EU|X.)$/i.test(country)) return undefined;
	const code = country.toUpperCase();
	return known(`${LANGUAGES[code] ?? new Intl.Locale(`und-${code}`).maximize().language}-${code}`);
}

function known(locale: string): string | undefined {
	try {
		return Intl.NumberFormat.supportedLocalesOf(locale)[0];
	} catch {
		return undefined;
	}
}

function separatorsOf(locale: string): Conventions['separators'][number] {
	const parts = new Intl.NumberFormat(locale, { numberingSystem: 'latn' } as Intl.NumberFormatOptions).formatToParts(1_234_567.5);
	const mark = (type: string) => parts.find((part) => part.type === type)?.value;
	return { group: mark('group'), decimal: mark('decimal') };
}

function isDayFirst(locale: string): boolean | undefined {
	const first = new Intl.DateTimeFormat(locale, { calendar: 'gregory' }).formatToParts(0).find(({ type }) => type !== 'literal')?.type;
	return first === 'day' ? true : first === 'month' ? false : undefined;
}
