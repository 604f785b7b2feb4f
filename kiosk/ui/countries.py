"""Names of nationalities for the card; a code that is not in the table is shown as it stands.

The names are our own wording in Arabic and English for codes of ISO 3166-1.
"""

from __future__ import annotations

from kiosk.ui.text import Writer

# alpha-3, alpha-2, Arabic, English
_TABLE = """
SAU SA السعودية|Saudi Arabia
ARE AE الإمارات|United Arab Emirates
KWT KW الكويت|Kuwait
QAT QA قطر|Qatar
BHR BH البحرين|Bahrain
OMN OM عُمان|Oman
YEM YE اليمن|Yemen
EGY EG مصر|Egypt
SDN SD السودان|Sudan
SYR SY سوريا|Syria
JOR JO الأردن|Jordan
LBN LB لبنان|Lebanon
PSE PS فلسطين|Palestine
IRQ IQ العراق|Iraq
MAR MA المغرب|Morocco
DZA DZ الجزائر|Algeria
TUN TN تونس|Tunisia
LBY LY ليبيا|Libya
MRT MR موريتانيا|Mauritania
SOM SO الصومال|Somalia
DJI DJ جيبوتي|Djibouti
COM KM جزر القمر|Comoros
IND IN الهند|India
PAK PK باكستان|Pakistan
BGD BD بنغلاديش|Bangladesh
NPL NP نيبال|Nepal
LKA LK سريلانكا|Sri Lanka
AFG AF أفغانستان|Afghanistan
IRN IR إيران|Iran
TUR TR تركيا|Türkiye
PHL PH الفلبين|Philippines
IDN ID إندونيسيا|Indonesia
MYS MY ماليزيا|Malaysia
SGP SG سنغافورة|Singapore
THA TH تايلاند|Thailand
VNM VN فيتنام|Vietnam
MMR MM ميانمار|Myanmar
CHN CN الصين|China
JPN JP اليابان|Japan
KOR KR كوريا الجنوبية|South Korea
UZB UZ أوزبكستان|Uzbekistan
KAZ KZ كازاخستان|Kazakhstan
TJK TJ طاجيكستان|Tajikistan
TKM TM تركمانستان|Turkmenistan
KGZ KG قيرغيزستان|Kyrgyzstan
AZE AZ أذربيجان|Azerbaijan
ETH ET إثيوبيا|Ethiopia
ERI ER إريتريا|Eritrea
KEN KE كينيا|Kenya
UGA UG أوغندا|Uganda
TZA TZ تنزانيا|Tanzania
NGA NG نيجيريا|Nigeria
GHA GH غانا|Ghana
SEN SN السنغال|Senegal
MLI ML مالي|Mali
NER NE النيجر|Niger
TCD TD تشاد|Chad
CMR CM الكاميرون|Cameroon
BFA BF بوركينا فاسو|Burkina Faso
ZAF ZA جنوب أفريقيا|South Africa
USA US الولايات المتحدة|United States
CAN CA كندا|Canada
MEX MX المكسيك|Mexico
BRA BR البرازيل|Brazil
ARG AR الأرجنتين|Argentina
GBR GB المملكة المتحدة|United Kingdom
IRL IE أيرلندا|Ireland
FRA FR فرنسا|France
DEU DE ألمانيا|Germany
ITA IT إيطاليا|Italy
ESP ES إسبانيا|Spain
PRT PT البرتغال|Portugal
NLD NL هولندا|Netherlands
BEL BE بلجيكا|Belgium
CHE CH سويسرا|Switzerland
AUT AT النمسا|Austria
SWE SE السويد|Sweden
NOR NO النرويج|Norway
DNK DK الدنمارك|Denmark
FIN FI فنلندا|Finland
POL PL بولندا|Poland
ROU RO رومانيا|Romania
GRC GR اليونان|Greece
BIH BA البوسنة والهرسك|Bosnia and Herzegovina
ALB AL ألبانيا|Albania
UKR UA أوكرانيا|Ukraine
RUS RU روسيا|Russia
AUS AU أستراليا|Australia
NZL NZ نيوزيلندا|New Zealand
"""


def _read_table() -> dict[str, tuple[str, str]]:
    names = {}
    for row in _TABLE.strip().splitlines():
        alpha3, alpha2, words = row.split(" ", 2)
        arabic, english = words.split("|")
        names[alpha3] = names[alpha2] = (arabic, english)
    return names


_NAMES = _read_table()


def country_name(code: str, writer: Writer) -> str:
    """Return the country's name in the language of `writer`, or the code itself, isolated."""
    names = _NAMES.get(code.strip().upper())
    if names is None:
        return writer.code(code)
    return names[0] if writer.is_arabic else names[1]
