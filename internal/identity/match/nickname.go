package match

import "strings"

// nicknames has a group of given names that one person may go by on each line,
// the formal one first. A name may stand in several groups.
const nicknames = `
abigail abby abbie gail
abraham abe bram ibrahim
albert al bert bertie
alexander alex alec sandy sasha xander lex sascha aleksandr alexandros iskander
alexandra alex sandra sasha lexi ally alexa aleksandra sandy
alfred alf alfie fred freddie
alison ali ally allie
andrew andy drew andreas andrei andre andrey ondrej
anastasia stacy nastya ana
anna ann anne annie anya ania
anthony tony antonio anton antoine toni
antonia toni tonya
archibald archie
arthur art artie arturo
barbara babs barb barbie
bartholomew bart
benjamin ben benny benji
bernard bernie bernhard
beverly bev
bradley brad
bridget biddy bridie
caleb cal
caroline carrie carol lina karoline carolina
catherine cathy kate katie kathy kat kitty katherine kathryn cate katharina katrin katja ekaterina catalina karin
charles charlie chuck chas charley carlos karl carl karel
charlotte charlie lottie lotte
christian chris kit
christina chris tina chrissy christine kristina christa
christopher chris kit topher christoph cristobal
clarence clancy
cornelius con neil
cynthia cindy
daniel dan danny
danielle dani
david dave davey davy davide
deborah deb debbie debra
dennis denny denis
dmitri dima mitya dmitry dimitri
dominic dom nick dominik
donald don donny
dorothy dot dottie dolly dorothea
douglas doug
edward ed eddie ted teddy ned eduard edoardo eduardo
edwin ed eddie
eleanor ellie nell nora elle lenora eleonore
elizabeth liz beth betty lizzie eliza lisa libby elsie bess betsy lilly elisabeth isabel elisa lise elspeth lily
emily em emmy millie
emma em
eugene gene yevgeny evgeny
evelyn eve evie
ezekiel zeke
florence flo florrie
frances fran fanny frankie francesca
francis frank fran frankie francesco francisco franz paco
franklin frank
frederick fred freddie fritz friedrich rick federico
gabriel gabe gabi
gabriella gabi ella
george georgie jorge georg georgios jurgen yuri jerzy
gerald gerry jerry gerhard
gertrude trudy gert
gregory greg gregor grigory
guadalupe lupe
hannah hanna hana
harold harry hal
harrison harry
helen ellen nell elena helena lena helene
henry harry hank hal heinrich enrique henri henrik
herbert herb bert
hubert bert hugh
ignatius iggy ignacio nacho
irene rena irina ira
isaac ike zac
isabella bella izzy belle isabel isobel
jacob jake jakob jacques jaime
james jim jimmy jamie jem diego jaime santiago
jacqueline jackie jacqui
janet jan
jason jay
jeffrey jeff geoff geoffrey
jennifer jen jenny jenn
jeremy jem jerry jeremiah
jessica jess jessie
jillian jill gill gillian
joan joanie jo
joanna jo joanne johanna
john jack johnny jon johannes johann hans jan ian sean juan giovanni ivan jean jens joao
jonathan jon jonny nathan john
joseph joe joey jose giuseppe josef sepp pepe
josephine jo josie josefina
joshua josh
judith judy
julia julie jules
julian jules
karen kari
kenneth ken kenny
kimberly kim
konstantin kostya costa
laura laurie lori
lawrence larry laurie lorenz lorenzo laurent lawrie
leonard leo len lenny
leonardo leo
lewis lew louis lou luis ludwig luigi
lillian lily lil
lincoln linc
louise lou lulu luisa louisa
lucas luke luca lukas
lucille lucy
lucy lucia lucie
madeline maddie madeleine maddy
magdalena lena magda
margaret maggie meg peggy marge margie greta megan margarita margarete rita daisy gretel margot
maria mary marie mia maya masha mariya
mark marc marcus marco markus
martha marty patty
martin marty
mary molly polly mamie may
matilda tilly maud mathilde
matthew matt matty matthias mateo matteo mathieu
maureen mo
maximilian max
maxwell max
melanie mel
melissa mel lissa
michael mike mick mickey micky misha mikhail miguel michel mikael michal
michelle shelly chelle
mikhail misha
mildred millie
mitchell mitch
mohammed mohamed muhammad mohammad muhammed mohamad mo mehmet
nadezhda nadia
nancy nan
natalia natasha natalie nat natalya
nathaniel nat nate nathan
nicholas nick nicky nico nicolas klaus nikolai nikolaus niko claus niklas
nicole nicky nikki
oliver ollie olly
olivia liv livvy olive
pamela pam
patricia pat patty tricia trish patti
patrick pat paddy
paul pablo paolo pavel
pauline polly paula
peter pete pedro petr piotr pietro pierre petros
philip phil pip philipp felipe
phyllis phyl
rachel rae raquel
randall randy
raymond ray
rebecca becky becca beck
reginald reg reggie
richard rick dick rich richie ricky ricardo
robert bob rob bobby robbie bert roberto bobbie
roberta bobbie
roderick rod
rodney rod
roger rodge
ronald ron ronnie
rosemary rose rosie
roxanne roxy
rudolph rudy rudolf
russell russ rusty
samantha sam sammy
samuel sam sammy
sarah sally sara sadie
sebastian seb bas
sergei serge sergio seryozha sergey
sharon shari
shirley shirl
sidney sid sydney
simon si shimon
sophia sophie sofia sofie zofia
spencer spence
stanley stan
stephanie steph stefanie
stephen steve stevie steven stefan esteban etienne stephan stefano
susan sue suzie suzanne susanna susie susanne
sylvester sly
sylvia silvia
tatiana tanya
terence terry
theodore ted theo teddy theodor fyodor feodor
theresa terry tess tessa teresa terri
thomas tom tommy tomas
timothy tim timmy timo
tobias toby
ulrich uli
valentina val
valerie val
vanessa nessa
veronica ronnie vera
victor vic viktor
victoria vicky tori vikki
vincent vince vinny vincenzo
virginia ginny
vladimir vova vlad volodya
walter walt wally
wilhelmina mina
william bill will billy willy liam willie guillermo wilhelm guillaume willem
winifred winnie
yelena elena lena
zachary zach zack zak
`

// nickGroups maps a given name to the groups it stands in.
var nickGroups = func() map[string][]uint16 {
	m := map[string][]uint16{}
	for i, line := range strings.Split(strings.TrimSpace(nicknames), "\n") {
		for _, name := range strings.Fields(line) {
			m[name] = append(m[name], uint16(i))
		}
	}
	return m
}()

// sameNickname reports whether one person may go by both given names.
func sameNickname(a, b string) bool {
	for _, g := range nickGroups[a] {
		for _, h := range nickGroups[b] {
			if g == h {
				return true
			}
		}
	}
	return false
}

// ownNames are short forms that many carry as their only name, so that a
// sister may be called so.
var ownNames = setOf(strings.Fields(`alexa alina amy andrea ania anja anna anne annie anya bella carlos catalina charley charlotte clara daisy eliza elena ella ellen
	elsa elsie emma eva eve frida greta gretel hanna hans harry helena ian ida ina ira isabel jack jan jane jean jens joan johanna juan julie karin kate katja klaus lara lars
	lea lena leo liam lily lina lisa lotte louis luca lucia ludwig luis luisa lukas magda margarita margot maria marie marta masha max maya mia mila millie
	mina molly nadia natalie natasha nico nicola nicolas niklas nina nora olivia pablo paola paula pavel pedro pia polly rena rita rosa rose rosie sandra sara sascha
	sean sofia sonja sophie stefan steven tamara tanya tess tessa theo tina tomas vera vivi yuri zoe`)...)
